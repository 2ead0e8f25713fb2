// @kafkajs/confluent-schema-registry, driven by tests/compat/test_registry_other_clients.py.
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'

import { run, tell } from './talk.js'

// Without a second try: a test waits for what is refused.
const connect = ({ registry }) => new SchemaRegistry({ host: registry, retry: { retries: 0 } })

// Registers, looks up, and writes one record.
async function encode(request) {
  const { subject, schema, user } = request
  const registry = connect(request)
  const { id } = await registry.register({ type: SchemaType.AVRO, schema }, { subject })
  const lookedUp = await registry.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema })
  const latest = await registry.getLatestSchemaId(subject)
  const data = await registry.encode(id, user)
  tell({ id, looked_up: [lookedUp, latest], data: data.toString('base64') })
}

// Reads records by the schemas that their ids stand for.
async function decode(request) {
  const registry = connect(request)
  const users = []
  for (const data of request.data) users.push(await registry.decode(Buffer.from(data, 'base64')))
  tell({ users: users.map(({ id, name }) => ({ id, name })) })
}

// A schema that the one before does not allow; and JSON Schema and Protobuf, which this package writes, too.
async function administer(request) {
  const { subject, schema } = request
  const registry = connect(request)
  await registry.register({ type: SchemaType.AVRO, schema }, { subject, compatibility: COMPATIBILITY.FULL })
  const other = JSON.stringify({ type: 'record', name: 'Other', fields: [] })
  const refusal = await registry.register({ type: SchemaType.AVRO, schema: other }, { subject, compatibility: COMPATIBILITY.FULL })
    .then(() => 0, error => error.status)
  const texts = {
    [SchemaType.JSON]: JSON.stringify({ type: 'object', properties: { id: { type: 'integer' } } }),
    [SchemaType.PROTOBUF]: 'syntax = "proto3"; package app; message User { int64 id = 1; }',
  }
  const users = {}
  for (const [type, text] of Object.entries(texts)) {
    const { id } = await registry.register({ type, schema: text }, { subject: `${subject}-${type}` })
    const read = await registry.decode(await registry.encode(id, { id: 5 }))
    users[type] = Number(read.id)
  }
  tell({ refusal, users })
}

await run({ encode, decode, administer })
