// Compiles JSON Schemas with Ajv in its strict mode. The argument is the path of a JSON file with
// schemas by name. Prints the number of schemas that compile, and the errors of the others by name.

import { readFileSync } from 'node:fs'

import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

const schemas = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const errors = {}
let compiled = 0
for (const [name, schema] of Object.entries(schemas)) {
  // One instance for each schema, because identifiers must be unique.
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false })
  addFormats.default(ajv)
  ajv.addKeyword('x-mcp-header')
  // MCP defines it for forms (2026-07-28, schema `LegacyTitledEnumSchema`).
  if (!/(input|output)Schema$/.test(name)) ajv.addKeyword('enumNames')
  try {
    ajv.compile(schema)
    compiled += 1
  } catch (error) {
    errors[name] = error.message
  }
}
console.log(JSON.stringify({ compiled, errors }))
