import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const packages = loadPackageDefinition(
  loadSync('datamover/v1/control.proto', {
    includeDirs: [new URL('../../../../proto', import.meta.url).pathname],
    keepCase: true,
    longs: Number,
    defaults: true,
  }),
);

/** The request as the agent would receive it: fields that the protocol does not have are gone. */
export function overTheWire(method: string, request: object): unknown {
  const datamover: unknown = Reflect.get(packages, 'datamover');
  const v1: unknown = Reflect.get(Object(datamover), 'v1');
  const service: unknown = Reflect.get(Object(Reflect.get(Object(v1), 'Control')), 'service');
  const definition: unknown = Reflect.get(
    Object(service),
    `${method[0]?.toUpperCase()}${method.slice(1)}`,
  );
  const serialize: unknown = Reflect.get(Object(definition), 'requestSerialize');
  const deserialize: unknown = Reflect.get(Object(definition), 'requestDeserialize');
  if (typeof serialize !== 'function' || typeof deserialize !== 'function') {
    throw new Error(`no rpc for ${method}`);
  }
  return deserialize(serialize(request));
}
