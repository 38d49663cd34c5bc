/** A clock that jumps from one task to the next: what happens in the simulated world, in order of time. */
export interface Agenda {
  readonly now: number
  /** Returns the function that undoes it. */
  in(ms: number, run: () => void): () => void
  /** Runs everything that is due until then. */
  runUntil(time: number): void
}

interface Task {
  readonly at: number
  readonly order: number
  run: (() => void) | undefined
}

export function createAgenda(): Agenda {
  /** A binary heap: the next task is the first. */
  const tasks: Task[] = []
  let now = 0
  let order = 0

  const isBefore = (one: Task, other: Task) => one.at < other.at || (one.at === other.at && one.order < other.order)

  function swap(a: number, b: number): void {
    const [one, other] = [tasks[a], tasks[b]] as [Task, Task]
    tasks[a] = other
    tasks[b] = one
  }

  function add(task: Task): void {
    tasks.push(task)
    for (let at = tasks.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!isBefore(tasks[at] as Task, tasks[parent] as Task)) return
      swap(at, parent)
      at = parent
    }
  }

  function takeFirst(): Task {
    const first = tasks[0] as Task
    const last = tasks.pop() as Task
    if (tasks.length === 0) return first
    tasks[0] = last
    for (let at = 0; ; ) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < tasks.length && isBefore(tasks[child] as Task, tasks[least] as Task)) least = child
      }
      if (least === at) return first
      swap(at, least)
      at = least
    }
  }

  return {
    get now() {
      return now
    },
    in(ms, run) {
      order += 1
      const task: Task = { at: now + ms, order, run }
      add(task)
      return () => {
        task.run = undefined
      }
    },
    runUntil(time) {
      for (let first = tasks[0]; first && first.at <= time; first = tasks[0]) {
        const { at, run } = takeFirst()
        now = Math.max(now, at)
        run?.()
      }
      now = Math.max(now, time)
    },
  }
}
