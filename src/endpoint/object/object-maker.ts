import { DmError } from '../../model/error.js';
import type { DatasetMaker } from '../dataset-maker.js';

/** An object account as a maker: nothing there can look at a live tree, and verifying means reading it to here. */
export class ObjectMaker implements DatasetMaker {
  readonly verify: DatasetMaker['verify'];
  readonly verifyQuick: NonNullable<DatasetMaker['verifyQuick']>;

  constructor(modules: Required<Pick<DatasetMaker, 'verify' | 'verifyQuick'>>) {
    this.verify = modules.verify;
    this.verifyQuick = modules.verifyQuick;
  }

  async create(): Promise<never> {
    throw noDatasetsOfItsOwn();
  }

  async preview(): Promise<never> {
    throw noDatasetsOfItsOwn();
  }
}

function noDatasetsOfItsOwn(): DmError {
  return new DmError(
    'not_supported',
    'an object account holds backups and makes no datasets of its own; make them where the files are and copy them there',
  );
}
