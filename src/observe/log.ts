import pino from 'pino';

/** What the program needs of a log; fields come first, as pino has them. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: Readonly<Record<string, string>>): Log;
}

const STDERR = 2;

/**
 * JSON lines on stderr, written at once, so that the last line before a crash is
 * there. Errors are kept with code and causes.
 */
export function openLog(options: { level: string; name: string }): Log {
  return pino(
    {
      level: options.level,
      base: { agent: options.name },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: pino.stdSerializers.errWithCause },
    },
    pino.destination({ dest: STDERR, sync: true }),
  );
}
