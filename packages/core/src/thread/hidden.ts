/**
 * An index of an array that does not show on the array: no comparison, copy or JSON of it sees the index, and both go
 * together. It is a private field, because a WeakMap costs more than all the rest of a view, and a run has a view for each
 * frame.
 */
class Given {
  constructor(array: object) {
    // biome-ignore lint/correctness/noConstructorReturn: a subclass adds its private field to the array that it is given
    return array
  }
}

/** One class is one kind of index. */
export function hiddenIndex<List extends readonly unknown[], Index>(): {
  get(list: List): Index | undefined
  set(list: List, index: Index): void
} {
  class Indexed extends Given {
    #index: Index

    constructor(list: List, index: Index) {
      super(list)
      this.#index = index
    }

    static of(list: object): Index | undefined {
      return #index in list ? list.#index : undefined
    }

    static put(list: List, index: Index): void {
      if (#index in list) (list as Indexed).#index = index
      else new Indexed(list, index)
    }
  }
  return { get: Indexed.of, set: Indexed.put }
}
