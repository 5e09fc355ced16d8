console.error('fleet-tui: nothing here yet');
