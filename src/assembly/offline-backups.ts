import { randomBytes } from 'node:crypto';
import type { BrowseClient } from '../cli/browse/session.js';
import type { OfflineBackups } from '../cli/offline-backups.js';
import { MasterKeys } from '../endpoint/object/master-keys.js';
import { ObjectSource } from '../endpoint/object/object-source.js';
import type { OnListingWarning } from '../endpoint/source.js';
import { DmError } from '../model/error.js';
import { parseAccountId } from '../model/ids.js';
import { isObjectAccountType, OBJECT_ACCOUNT_TYPES } from '../model/object-account.js';
import type { DatasetQuery__Output } from '../rpc/generated/control/datamover/v1/DatasetQuery.js';
import type { ListDatasetsQuery__Output } from '../rpc/generated/control/datamover/v1/ListDatasetsQuery.js';
import type { ObjectAccountOptions__Output } from '../rpc/generated/control/datamover/v1/ObjectAccountOptions.js';
import { systemClock } from '../util/clock.js';
import { parseEscaped } from '../util/escape.js';
import { browseHandlers } from './control/browse.js';
import { findDataset } from './control/datasets.js';
import { passingObjectAccount } from './control/object-account.js';
import { datasetView } from './control/views.js';
import { wrappingSecret } from './encryption-secret.js';
import { openObjectStore } from './object-stores.js';

const ACCOUNT_ID = parseAccountId('0'.repeat(48));

/** Backups in a store, read by this process itself. Nothing is written there. */
export const offlineBackups: OfflineBackups = {
  open: async ({ type, uri, options }, signal) => {
    if (!isObjectAccountType(type)) {
      throw new DmError('usage', `type "${type}" is not ${OBJECT_ACCOUNT_TYPES.join(', ')}`);
    }
    const given = { ...options, read_only: true } as ObjectAccountOptions__Output;
    const { account, secrets } = passingObjectAccount(type, uri, given);
    const modules = { clock: systemClock, random: Math.random, randomBytes };
    const store = await openObjectStore({ ...account, id: ACCOUNT_ID }, secrets, modules, signal);
    const secret = wrappingSecret(secrets);
    const source = new ObjectSource({ secret }, { store, masters: new MasterKeys() });
    const place = { name: account.name, source, [Symbol.asyncDispose]: async () => undefined };
    const view = { id: ACCOUNT_ID, name: account.name };
    const calls = {
      listAccounts: async () => ({ accounts: [view] }),
      getAccount: async () => view,
      async *listDatasets(
        { base_path }: ListDatasetsQuery__Output,
        end: AbortSignal,
        onWarning?: OnListingWarning,
      ) {
        const filter = base_path === '' ? {} : { basePath: parseEscaped(base_path) };
        for await (const dataset of source.listDatasets(filter, end, onWarning)) {
          yield datasetView(dataset, ACCOUNT_ID, null);
        }
      },
      getDataset: async ({ dataset }: DatasetQuery__Output, end: AbortSignal) =>
        datasetView(await findDataset(place, dataset, end), ACCOUNT_ID, null),
      ...browseHandlers({
        places: { open: async () => place },
        resolve: async () => ACCOUNT_ID,
        onRead: () => undefined,
      }),
    };
    // The handlers fill every field of their replies: nothing is lost without the wire between.
    const client = Object.fromEntries(
      Object.entries(calls as unknown as Record<string, Call>).map(([name, call]) => [
        name,
        (request: unknown, end = signal, onWarning?: OnListingWarning) =>
          call(request, end, onWarning),
      ]),
    ) as unknown as BrowseClient;
    return { ...client, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
  },
};

type Call = (
  request: unknown,
  signal: AbortSignal,
  onWarning: OnListingWarning | undefined,
) => unknown;
