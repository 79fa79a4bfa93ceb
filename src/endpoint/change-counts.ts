/**
 * How a tree differs from an earlier form of it, in inodes; a hard link
 * is one, however many names it has.
 */
export interface ChangeCounts {
  readonly created: number;
  /** In both under the same name, with other metadata or content. */
  readonly changed: number;
  readonly deleted: number;
  /** In both under another name; the content may be another, too. */
  readonly renamed: number;
  /**
   * Sizes of the files whose content is not in the earlier form: what is sent of them may be less.
   */
  readonly bytes: number;
}
