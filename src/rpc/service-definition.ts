import type { MethodDefinition } from '@grpc/grpc-js';
import type { IConversionOptions, Method, Service, Type } from 'protobufjs';

/** How messages of a type go to bytes and back. */
export interface MessageCodec<Given, Seen> {
  /** Throws where a field has a value that cannot be one of its type. */
  serialize(message: Given): Buffer;
  /** Throws for what is no message of the type. */
  deserialize(bytes: Buffer): Seen;
}

type AnyMethod = MethodDefinition<object, object> & { readonly originalName: string };

/**
 * The methods of a service under their names, as grpc-js takes them. Each is made when it is first asked for: a command
 * needs one or two of more than seventy, and @grpc/proto-loader, which makes them all and describes every message beside, took a
 * fifth of the time that a command takes (docs/decisions/0011).
 */
export function serviceDefinition(
  service: Service,
  format: IConversionOptions,
): Readonly<Record<string, AnyMethod>> {
  const definition: Record<string, AnyMethod> = {};
  for (const method of service.methodsArray) {
    let made: AnyMethod | undefined;
    Object.defineProperty(definition, method.name, {
      enumerable: true,
      get: () => {
        made ??= methodDefinition(service, method, format);
        return made;
      },
    });
  }
  return definition;
}

/** The name of a method among the calls of a client and the handlers of a service. */
export function calledName(method: string): string {
  return method.charAt(0).toLowerCase() + method.slice(1);
}

export function messageCodec(type: Type, format: IConversionOptions): MessageCodec<object, object> {
  return {
    serialize: (message) => type.encode(type.fromObject(message)).finish() as Buffer,
    deserialize: (bytes) => type.toObject(type.decode(bytes), format),
  };
}

function methodDefinition(service: Service, method: Method, format: IConversionOptions): AnyMethod {
  method.resolve();
  const { resolvedRequestType, resolvedResponseType } = method;
  if (resolvedRequestType === null || resolvedResponseType === null) {
    throw new Error(`${method.fullName} has been resolved and has no messages`);
  }
  const request = messageCodec(resolvedRequestType, format);
  const response = messageCodec(resolvedResponseType, format);
  return {
    path: `/${service.fullName.replace(/^\./, '')}/${method.name}`,
    originalName: calledName(method.name),
    requestStream: method.requestStream === true,
    responseStream: method.responseStream === true,
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  };
}
