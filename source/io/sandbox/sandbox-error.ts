export class SandboxError extends Error {
  readonly code: 'NO_SANDBOX' | 'NO_MACHINE' | 'TIMEOUT' | 'FAILED';

  constructor(code: SandboxError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SandboxError';
    this.code = code;
  }
}
