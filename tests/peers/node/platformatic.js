// @platformatic/kafka, driven by tests/compat/test_node_clients.py.
import {
  Admin, ConfigResourceTypes, Consumer, IncrementalAlterConfigOperationTypes, Producer, stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'

import { run, stopped, tell } from './talk.js'

const ALL_REPLICAS = -1

const client = ({ bootstrap }) => ({ clientId: 'peer', bootstrapBrokers: [bootstrap], autocreateTopics: false })
const producerOf = (request, more = {}) =>
  new Producer({ ...client(request), serializers: stringSerializers, idempotent: true, acks: ALL_REPLICAS, ...more })

// Writes the values to one partition with each codec.
async function produce(request) {
  const { topic, codecs, values } = request
  const producer = producerOf(request)
  const offsets = []
  for (const [partition, compression] of codecs.entries()) {
    const sent = await producer.send({ messages: values.map(value => ({ topic, partition, value })), compression })
    // The messages are one batch, of which the client tells the first offset.
    offsets.push(values.map((_, i) => Number(sent.offsets[0].offset) + i))
  }
  await producer.close()
  tell({ offsets })
}

function groupMember(request) {
  const protocol = request.protocol === 'consumer'
    ? { groupProtocol: 'consumer' }
    : { sessionTimeout: 6000, rebalanceTimeout: 6000, heartbeatInterval: 200 }
  return new Consumer({
    ...client(request), groupId: request.group, deserializers: stringDeserializers, autocommit: false, maxWaitTime: 50,
    ...protocol,
  })
}

const fromCommitted = topic => ({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' })

async function member(request) {
  const { topic } = request
  const consumer = groupMember(request)
  const owned = () => (consumer.assignments ?? []).find(assignment => assignment.topic === topic)?.partitions ?? []
  let told = ''
  const tellAssigned = () => {
    const assigned = owned()
    if (told !== String(assigned)) tell({ assigned })
    told = String(assigned)
  }
  // Of the newer protocol no event tells that partitions came; a heartbeat follows.
  for (const event of ['group:join', 'group:rebalance', 'heartbeat:end']) consumer.on(`consumer:${event}`, tellAssigned)
  const stream = await consumer.consume(fromCommitted(topic))
  stream.on('data', async message => {
    // A fetch that was on its way when the group rebalanced brings records of partitions that another member has now.
    if (!owned().includes(message.partition)) return
    await message.commit()
    tell({ read: [{ partition: message.partition, offset: Number(message.offset), value: message.value }] })
  })
  await stopped
  await consumer.close(true)
}

async function transactions(request) {
  const producer = producerOf(request, { transactionalId: request.id })
  for (const { values, commit } of request.transactions) {
    const transaction = await producer.beginTransaction()
    await transaction.send({ messages: values.map(value => ({ topic: request.topic, value })) })
    await (commit ? transaction.commit() : transaction.abort())
  }
  await producer.close()
  tell({ ended: request.transactions.length })
}

// Tells the first `count` values that a reader of committed records sees.
async function read(request) {
  const consumer = groupMember({ ...request, group: `${request.topic}-readers` })
  const stream = await consumer.consume(fromCommitted(request.topic))
  const values = []
  for await (const message of stream) {
    values.push(message.value)
    if (values.length === request.count) break
  }
  await consumer.close(true)
  tell({ values })
}

// Copies the first record in a transaction that it aborts, and then all, each in a transaction of its own.
async function copy(request) {
  const { source, sink, count } = request
  const producer = producerOf(request, { transactionalId: request.id })
  const consumer = groupMember(request)
  const stream = await consumer.consume(fromCommitted(source))
  let copied = 0
  let aborted = 0
  for await (const message of stream) {
    const write = async commit => {
      const transaction = await producer.beginTransaction()
      await transaction.addConsumer(consumer)
      await transaction.send({ messages: [{ topic: sink, value: message.value }] })
      await transaction.addOffset(message)
      await (commit ? transaction.commit() : transaction.abort())
    }
    if (aborted === 0) {
      await write(false)
      aborted = 1
    }
    await write(true)
    if (++copied === count) break
  }
  await consumer.close(true)
  await producer.close()
  tell({ copied, aborted })
}

async function administer(request, work) {
  const admin = new Admin(client(request))
  const said = await work(admin)
  await admin.close()
  tell(said ?? {})
}

// Makes a topic of two partitions, then adds one and changes a configuration.
const create = request => administer(request, async admin => {
  const { topic } = request
  await admin.createTopics({
    topics: [topic], partitions: 2, replicas: 1, configs: [{ name: 'retention.ms', value: '60000' }],
  })
  await admin.createPartitions({ topics: [{ name: topic, count: 3 }] })
  await admin.incrementalAlterConfigs({
    resources: [{
      resourceType: ConfigResourceTypes.TOPIC, resourceName: topic,
      configs: [{
        name: 'max.message.bytes', value: '2000', configOperation: IncrementalAlterConfigOperationTypes.SET,
      }],
    }],
  })
})

const describe = request => administer(request, async admin => {
  const { topic } = request
  const [described] = await admin.describeConfigs({
    resources: [{
      resourceType: ConfigResourceTypes.TOPIC, resourceName: topic,
      configurationKeys: ['retention.ms', 'max.message.bytes'],
    }],
  })
  const metadata = await admin.metadata({ topics: [topic], forceUpdate: true })
  return {
    partitions: metadata.topics.get(topic).partitionsCount,
    configs: Object.fromEntries(described.configs.map(config => [config.name, config.value])),
    brokers: metadata.brokers.size,
  }
})

const remove = request => administer(request, admin => admin.deleteTopics({ topics: [request.topic] }))

await run({ produce, member, transactions, read, copy, create, describe, delete: remove })
