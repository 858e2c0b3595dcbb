/** A part of a YAML document and where it stands in the text. */
export type TextNode = TextMap | TextList | TextScalar;

interface TextSpan {
  /** Offset of the first character. */
  readonly start: number;
  /** Offset behind the last one; behind a block white space and comments may be counted in. */
  readonly end: number;
}

export interface TextMap extends TextSpan {
  readonly kind: "map";
  /** In braces. */
  readonly flow: boolean;
  readonly pairs: readonly TextPair[];
}

export interface TextPair {
  readonly key: string;
  /** Of the key. */
  readonly start: number;
  readonly value: TextNode;
}

export interface TextList extends TextSpan {
  readonly kind: "list";
  /** In brackets. */
  readonly flow: boolean;
  readonly items: readonly TextNode[];
}

export interface TextScalar extends TextSpan {
  readonly kind: "scalar";
  readonly style: "plain" | "single" | "double" | "literal" | "folded";
}
