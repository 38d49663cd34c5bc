/** A form made from a question's JSON schema. Its errors are beside their fields, and read out with them. */
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { Button } from '../design/button.tsx'
import { type Field, initialValues, nameOf, type Part, readForm, type Value, type Values } from './fields.ts'

interface FormAnswerProps {
  readonly parts: readonly Part[]
  readonly disabled: boolean
  readonly children?: ReactNode
  send(payload: unknown): void
}

export function FormAnswer({ parts, disabled, children, send }: FormAnswerProps) {
  const [values, setValues] = useState<Values>(() => initialValues(parts))
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const id = useId()
  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const read = readForm(parts, values)
    setErrors(read.type === 'wrong' ? read.errors : {})
    if (read.type === 'ok') send(read.payload)
    else {
      const [first] = Object.keys(read.errors)
      document.getElementById(`${id}${first}`)?.focus()
    }
  }
  const row = (field: Field) => {
    const name = nameOf(field)
    return (
      <FieldRow
        key={name}
        id={`${id}${name}`}
        field={field}
        value={values[name] ?? ''}
        error={errors[name]}
        write={(value) => setValues({ ...values, [name]: value })}
      />
    )
  }
  return (
    <form className="question-form" noValidate onSubmit={submit}>
      {parts.map((part) =>
        'fields' in part ? (
          <fieldset key={part.name} className="question-group">
            <legend>{part.label}</legend>
            {part.fields.map(row)}
          </fieldset>
        ) : (
          row(part)
        ),
      )}
      <div className="question-acts">
        <Button type="submit" look="main" disabled={disabled}>
          Answer
        </Button>
        {children}
      </div>
    </form>
  )
}

interface FieldRowProps {
  readonly id: string
  readonly field: Field
  readonly value: Value
  readonly error: string | undefined
  write(value: Value): void
}

function FieldRow({ id, field, value, error, write }: FieldRowProps) {
  const { label, description, required, input } = field
  const about = [description && `${id}about`, error && `${id}error`].filter(Boolean).join(' ') || undefined
  const of = {
    id,
    'aria-required': required || undefined,
    'aria-invalid': error !== undefined || undefined,
    'aria-describedby': about,
  }
  const name = (
    <>
      <span dir="auto">{label}</span>
      {required && input.type !== 'boolean' && <span className="question-required"> (required)</span>}
    </>
  )
  return (
    <div className="question-row" data-of={input.type}>
      {input.type === 'boolean' ? (
        <label className="question-tick">
          <input type="checkbox" {...of} checked={value === true} onChange={(event) => write(event.target.checked)} />
          {name}
        </label>
      ) : (
        <label htmlFor={id}>{name}</label>
      )}
      {input.type === 'choice' && (
        <select className="field" {...of} value={String(value)} onChange={(event) => write(event.target.value)}>
          <option value="">{required ? 'Choose…' : '–'}</option>
          {input.choices.map((choice, at) => (
            <option key={JSON.stringify(choice.value)} value={String(at)}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
      {input.type === 'number' && (
        <input
          className="field"
          inputMode={input.whole ? 'numeric' : 'decimal'}
          {...of}
          value={String(value)}
          onChange={(event) => write(event.target.value)}
        />
      )}
      {input.type === 'text' &&
        (input.long ? (
          <textarea
            className="field question-field"
            dir="auto"
            rows={Math.min(6, String(value).split('\n').length)}
            {...of}
            value={String(value)}
            onChange={(event) => write(event.target.value)}
          />
        ) : (
          <input
            className="field"
            type={input.format ?? 'text'}
            dir="auto"
            {...of}
            value={String(value)}
            onChange={(event) => write(event.target.value)}
          />
        ))}
      {description && (
        <p id={`${id}about`} className="question-about" dir="auto">
          {description}
        </p>
      )}
      {error && (
        <p id={`${id}error`} className="question-error">
          {error}
        </p>
      )}
    </div>
  )
}
