/** 1st, 2nd, 3rd, 4th, 11th, 22nd … */
const RULES = new Intl.PluralRules('en', { type: 'ordinal' })
const ENDINGS: Readonly<Record<Intl.LDMLPluralRule, string>> = {
  one: 'st',
  two: 'nd',
  few: 'rd',
  other: 'th',
  zero: 'th',
  many: 'th',
}

export function ordinal(number: number): string {
  return `${number}${ENDINGS[RULES.select(number)]}`
}
