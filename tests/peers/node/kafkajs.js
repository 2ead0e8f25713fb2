// kafkajs, driven by tests/compat/test_node_clients.py.
import zlib from 'node:zlib'

import kafkajs from 'kafkajs'
import snappy from 'kafkajs-snappy'
import lz4 from 'lz4-napi'

import { run, stopped, tell } from './talk.js'

const { CompressionCodecs, CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs

CompressionCodecs[CompressionTypes.Snappy] = snappy
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: encoder => lz4.compressFrame(encoder.buffer),
  decompress: buffer => lz4.decompressFrame(buffer),
})
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async encoder => zlib.zstdCompressSync(encoder.buffer),
  decompress: async buffer => zlib.zstdDecompressSync(buffer),
})
const TYPES = {
  none: CompressionTypes.None, gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy, lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
}

const connect = ({ bootstrap }) => new Kafka({ brokers: [bootstrap], logLevel: logLevel.ERROR })

// Writes the values to one partition with each codec.
async function produce({ bootstrap, topic, codecs, values }) {
  const producer = connect({ bootstrap }).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const offsets = []
  for (const [partition, codec] of codecs.entries()) {
    const messages = values.map(value => ({ value, partition }))
    const [sent] = await producer.send({ topic, messages, acks: -1, compression: TYPES[codec] })
    // The messages are one batch, of which kafkajs tells the first offset.
    offsets.push(values.map((_, i) => Number(sent.baseOffset) + i))
  }
  await producer.disconnect()
  tell({ offsets })
}

function groupMember({ bootstrap, group }) {
  return connect({ bootstrap }).consumer({
    groupId: group, sessionTimeout: 6000, heartbeatInterval: 200, maxWaitTimeInMs: 50,
  })
}

async function member(request) {
  const { topic } = request
  const consumer = groupMember(request)
  consumer.on(consumer.events.REBALANCING, () => tell({ assigned: [] }))
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => tell({ assigned: payload.memberAssignment[topic] ?? [] }))
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const { partition } = batch
      await consumer.commitOffsets([{ topic, partition, offset: String(Number(batch.lastOffset()) + 1) }])
      tell({ read: batch.messages.map(m => ({ partition, offset: Number(m.offset), value: m.value.toString() })) })
    },
  })
  await stopped
  await consumer.disconnect()
}

const transactional = ({ bootstrap, id }) =>
  connect({ bootstrap }).producer({ idempotent: true, maxInFlightRequests: 1, transactionalId: id })

async function transactions(request) {
  const producer = transactional(request)
  await producer.connect()
  for (const { values, commit } of request.transactions) {
    const transaction = await producer.transaction()
    await transaction.send({ topic: request.topic, messages: values.map(value => ({ value })) })
    await (commit ? transaction.commit() : transaction.abort())
  }
  await producer.disconnect()
  tell({ ended: request.transactions.length })
}

// Tells the first `count` values that a reader of committed records sees.
async function read({ bootstrap, topic, count }) {
  const consumer = groupMember({ bootstrap, group: `${topic}-readers` })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  const values = []
  await new Promise(resolve => consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => {
      values.push(message.value.toString())
      if (values.length === count) resolve()
    },
  }))
  await consumer.disconnect()
  tell({ values: values.slice(0, count) })
}

// Aborts its first transaction, and then copies until `count` records are committed.
async function copy(request) {
  const { source, sink, group, count } = request
  const producer = transactional(request)
  const consumer = groupMember(request)
  await producer.connect()
  await consumer.connect()
  await consumer.subscribe({ topics: [source], fromBeginning: true })
  let copied = 0
  let aborted = 0
  await new Promise(resolve => consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async ({ batch, resolveOffset }) => {
      const { partition, messages } = batch
      const last = batch.lastOffset()
      const transaction = await producer.transaction()
      await transaction.send({ topic: sink, messages: messages.map(({ value }) => ({ value })) })
      await transaction.sendOffsets({
        consumerGroupId: group,
        topics: [{ topic: source, partitions: [{ partition, offset: String(Number(last) + 1) }] }],
      })
      if (aborted === 0) {
        await transaction.abort()
        aborted += messages.length
        // Nothing is resolved, so that the batch comes again.
        return
      }
      await transaction.commit()
      resolveOffset(last)
      copied += messages.length
      if (copied === count) resolve()
    },
  }))
  await consumer.disconnect()
  await producer.disconnect()
  tell({ copied, aborted })
}

async function administer({ bootstrap }, work) {
  const admin = connect({ bootstrap }).admin()
  await admin.connect()
  const said = await work(admin)
  await admin.disconnect()
  tell(said ?? {})
}

// Makes a topic of two partitions, then adds one and changes its configuration: all of it, as AlterConfigs does.
const create = request => administer(request, async admin => {
  const { topic } = request
  await admin.createTopics({ topics: [{ topic, numPartitions: 2, replicationFactor: 1 }] })
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
  await admin.alterConfigs({
    resources: [{
      type: ConfigResourceTypes.TOPIC, name: topic,
      configEntries: [{ name: 'retention.ms', value: '60000' }, { name: 'max.message.bytes', value: '2000' }],
    }],
  })
})

const describe = request => administer(request, async admin => {
  const { topic } = request
  const { resources } = await admin.describeConfigs({
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms', 'max.message.bytes'] }],
  })
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  const { brokers } = await admin.describeCluster()
  return {
    partitions: topics[0].partitions.length,
    configs: Object.fromEntries(resources[0].configEntries.map(entry => [entry.configName, entry.configValue])),
    brokers: brokers.length,
  }
})

const remove = request => administer(request, admin => admin.deleteTopics({ topics: [request.topic] }))

await run({ produce, member, transactions, read, copy, create, describe, delete: remove })
