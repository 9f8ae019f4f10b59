/** One note. */
export interface Note {
  readonly title: string;
  readonly text: string;
}

/** The notes of everybody, each owner's apart. In memory: this is an example of authentication, not of storage. */
export class NotesStore {
  readonly #notes = new Map<string, Map<string, Note>>();

  list(owner: string): readonly Note[] {
    return [...(this.#notes.get(owner)?.values() ?? [])];
  }

  write(owner: string, note: Note): void {
    const notes = this.#notes.get(owner) ?? new Map<string, Note>();
    notes.set(note.title, note);
    this.#notes.set(owner, notes);
  }

  delete(owner: string, title: string): boolean {
    return this.#notes.get(owner)?.delete(title) ?? false;
  }

  /** Notes of everybody together. */
  get count(): number {
    return [...this.#notes.values()].reduce((sum, notes) => sum + notes.size, 0);
  }

  clear(): void {
    this.#notes.clear();
  }
}
