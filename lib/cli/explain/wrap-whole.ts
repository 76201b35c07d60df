import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter();

/** Breaks text at blanks into lines of at most this width; a word that is wider is broken too, nothing is ever left out. */
export function wrapWhole(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  const put = (word: string, between: string): void => {
    if (stringWidth(line + between + word) <= width) line += between + word;
    else {
      lines.push(line);
      line = word;
    }
  };
  for (const [index, word] of text.split(' ').entries()) {
    const [first = '', ...others] = piecesOf(word, width);
    put(first, index === 0 ? '' : ' ');
    for (const piece of others) put(piece, '');
  }
  return [...lines, line];
}

/** A word in pieces that fit a line each. */
function piecesOf(word: string, width: number): readonly string[] {
  if (stringWidth(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const { segment } of graphemes.segment(word)) {
    if (piece !== '' && stringWidth(piece + segment) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...pieces, piece];
}
