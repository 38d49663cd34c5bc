/** Above the first line that is new to the reader. */
export function NewLine() {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot have a word in it
    <div className="new-line" role="separator" aria-label="New">
      <span className="badge">New</span>
    </div>
  )
}
