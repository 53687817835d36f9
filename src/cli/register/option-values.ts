import { InvalidArgumentError } from 'commander';

/** A TCP port; 0 asks the system for a free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('a port is an integer from 0 to 65535');
  }
  return port;
}

export function parsePositiveInteger(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value <= 0) {
    throw new InvalidArgumentError('a positive integer is needed');
  }
  return value;
}

export function parsePositiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('a positive number is needed');
  }
  return value;
}
