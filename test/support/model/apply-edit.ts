import type { Apply } from './edit-choices.js';
import { CONTENT_EDITS } from './edit-contents.js';
import { METADATA_EDITS } from './edit-metadata.js';
import { NAME_EDITS } from './edit-names.js';
import type { EditedTree } from './edited-tree.js';
import type { Edit, EditKind } from './edits.js';

const EDITS: Readonly<Record<EditKind, Apply>> = {
  ...CONTENT_EDITS,
  ...NAME_EDITS,
  ...METADATA_EDITS,
};

/**
 * Makes one change on disk and in the model. Where the tree has nothing that it could be made to,
 * the time of something is set instead, so that every edit changes something.
 */
export function applyEdit(tree: EditedTree, edit: Edit): void {
  if (EDITS[edit.kind](tree, edit)) return;
  EDITS['set time'](tree, edit);
}
