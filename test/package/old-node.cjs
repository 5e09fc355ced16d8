// Makes the Node it is loaded into say that it is an old one, as the launcher asks: no machine needs to have one.
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });
Object.defineProperty(process, 'version', { value: 'v20.20.2' });
