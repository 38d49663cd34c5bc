/** The product's mark: two lines that hold each other. It takes the colour of the text around it. */
export function Knot({ className = 'knot' }: { readonly className?: string }) {
  return (
    <svg aria-hidden="true" className={className} viewBox="0 0 32 32" fill="none" stroke="currentColor">
      <g strokeWidth="3" strokeLinecap="round">
        <path d="M13.2 9.5H18a6.5 6.5 0 0 1 0 13H3" />
        <path d="M3 9.5h5.6" />
        <path d="M18.8 22.5H14a6.5 6.5 0 0 1 0-13h15" opacity=".62" />
        <path d="M29 22.5h-5.6" opacity=".62" />
      </g>
    </svg>
  )
}
