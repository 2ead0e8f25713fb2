// sarama, driven by tests/compat/test_go_clients.py.
package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/IBM/sarama"

	"millrace/peers/talk"
)

func main() {
	talk.Run(map[string]func(talk.Request){
		"produce": produce, "member": member, "transactions": transactions, "read": read, "copy": copyInTransactions,
		"create": create, "describe": describe, "delete": remove,
	})
}

var background = context.Background()

func config() *sarama.Config {
	c := sarama.NewConfig()
	c.Version = sarama.MaxVersion
	c.Consumer.Offsets.Initial = sarama.OffsetOldest
	c.Consumer.Offsets.AutoCommit.Enable = false
	c.Consumer.IsolationLevel = sarama.ReadCommitted
	c.Consumer.MaxWaitTime = 50 * time.Millisecond
	c.Consumer.Group.Session.Timeout = 6 * time.Second
	c.Consumer.Group.Heartbeat.Interval = 200 * time.Millisecond
	return c
}

func producer(r talk.Request, c *sarama.Config) sarama.SyncProducer {
	c.Producer.Idempotent = true
	c.Producer.RequiredAcks = sarama.WaitForAll
	c.Producer.Return.Successes = true
	c.Net.MaxOpenRequests = 1
	made, err := sarama.NewSyncProducer([]string{r.Bootstrap}, c)
	talk.Must(err)
	return made
}

func messages(topic string, partition int32, values []string) []*sarama.ProducerMessage {
	var made []*sarama.ProducerMessage
	for _, value := range values {
		made = append(made, &sarama.ProducerMessage{Topic: topic, Partition: partition, Value: sarama.StringEncoder(value)})
	}
	return made
}

// produce writes the values to one partition with each codec.
func produce(r talk.Request) {
	offsets := make([][]int64, len(r.Codecs))
	for partition, codec := range r.Codecs {
		c := config()
		c.Producer.Partitioner = sarama.NewManualPartitioner
		talk.Must(c.Producer.Compression.UnmarshalText([]byte(codec)))
		p := producer(r, c)
		sent := messages(r.Topic, int32(partition), r.Values)
		talk.Must(p.SendMessages(sent))
		for _, message := range sent {
			offsets[partition] = append(offsets[partition], message.Offset)
		}
		talk.Must(p.Close())
	}
	talk.Tell(map[string]any{"offsets": offsets})
}

// consumeInGroup joins again after each generation until told to stop.
func consumeInGroup(r talk.Request, topic string, handler sarama.ConsumerGroupHandler, until context.Context) {
	c := config()
	strategies := map[string]sarama.BalanceStrategy{
		"range": sarama.NewBalanceStrategyRange(), "roundrobin": sarama.NewBalanceStrategyRoundRobin(),
		"sticky": sarama.NewBalanceStrategySticky(),
	}
	c.Consumer.Group.Rebalance.GroupStrategies = []sarama.BalanceStrategy{strategies[r.Protocol]}
	group, err := sarama.NewConsumerGroup([]string{r.Bootstrap}, r.Group, c)
	talk.Must(err)
	for until.Err() == nil {
		if err := group.Consume(until, []string{topic}, handler); !errors.Is(err, context.Canceled) {
			talk.Must(err)
		}
	}
	talk.Must(group.Close())
}

type memberHandler struct{ topic string }

func (h memberHandler) Setup(session sarama.ConsumerGroupSession) error {
	owned := slices.Sorted(slices.Values(session.Claims()[h.topic]))
	if owned == nil {
		owned = []int32{}
	}
	talk.Tell(map[string]any{"assigned": owned})
	return nil
}

func (h memberHandler) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (h memberHandler) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for message := range claim.Messages() {
		read := []talk.Record{}
		for {
			session.MarkMessage(message, "")
			read = append(read, talk.Record{
				Partition: message.Partition, Offset: message.Offset, Value: string(message.Value)})
			if len(claim.Messages()) == 0 {
				break
			}
			message = <-claim.Messages()
		}
		session.Commit()
		talk.Tell(map[string]any{"read": read})
	}
	return nil
}

func member(r talk.Request) {
	until, cancel := context.WithCancel(background)
	go func() {
		<-talk.Stopped()
		cancel()
	}()
	consumeInGroup(r, r.Topic, memberHandler{r.Topic}, until)
}

func transactional(r talk.Request) sarama.SyncProducer {
	c := config()
	c.Producer.Transaction.ID = r.Id
	return producer(r, c)
}

func transactions(r talk.Request) {
	p := transactional(r)
	for _, transaction := range r.Transactions {
		talk.Must(p.BeginTxn())
		talk.Must(p.SendMessages(messages(r.Topic, 0, transaction.Values)))
		if transaction.Commit {
			talk.Must(p.CommitTxn())
		} else {
			talk.Must(p.AbortTxn())
		}
	}
	talk.Must(p.Close())
	talk.Tell(map[string]any{"ended": len(r.Transactions)})
}

// read tells the first `count` values of partition 0 that a reader of committed records sees.
func read(r talk.Request) {
	consumer, err := sarama.NewConsumer([]string{r.Bootstrap}, config())
	talk.Must(err)
	partition, err := consumer.ConsumePartition(r.Topic, 0, sarama.OffsetOldest)
	talk.Must(err)
	var values []string
	for len(values) < r.Count {
		values = append(values, string((<-partition.Messages()).Value))
	}
	talk.Must(partition.Close())
	talk.Must(consumer.Close())
	talk.Tell(map[string]any{"values": values})
}

// copier aborts its first transaction and then copies each record in one of its own.
type copier struct {
	request         talk.Request
	producer        sarama.SyncProducer
	copied, aborted int
	done            func()
}

func (c *copier) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (c *copier) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (c *copier) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	metadata := sarama.NewConsumerGroupMetadataFromSession(session, c.request.Group, nil)
	for message := range claim.Messages() {
		talk.Must(c.producer.BeginTxn())
		_, _, err := c.producer.SendMessage(&sarama.ProducerMessage{
			Topic: c.request.Sink, Value: sarama.ByteEncoder(message.Value)})
		talk.Must(err)
		talk.Must(c.producer.AddMessageToTxnWithGroupMetadata(message, metadata, nil))
		if c.aborted == 0 {
			talk.Must(c.producer.AbortTxn())
			c.aborted++
			// The next generation begins where the group has committed.
			return nil
		}
		talk.Must(c.producer.CommitTxn())
		if c.copied++; c.copied == c.request.Count {
			c.done()
			return nil
		}
	}
	return nil
}

// copyInTransactions copies a source of one partition until `count` records are committed.
func copyInTransactions(r talk.Request) {
	until, cancel := context.WithCancel(background)
	c := &copier{request: r, producer: transactional(r), done: cancel}
	consumeInGroup(r, r.Source, c, until)
	talk.Must(c.producer.Close())
	talk.Tell(map[string]any{"copied": c.copied, "aborted": c.aborted})
}

func administer(r talk.Request, work func(sarama.ClusterAdmin)) {
	admin, err := sarama.NewClusterAdmin([]string{r.Bootstrap}, config())
	talk.Must(err)
	work(admin)
	talk.Must(admin.Close())
}

// create makes a topic of two partitions, then adds one and changes a configuration.
func create(r talk.Request) {
	retention, size := "60000", "2000"
	administer(r, func(admin sarama.ClusterAdmin) {
		talk.Must(admin.CreateTopic(r.Topic, &sarama.TopicDetail{
			NumPartitions: 2, ReplicationFactor: 1, ConfigEntries: map[string]*string{"retention.ms": &retention}}, false))
		talk.Must(admin.CreatePartitions(r.Topic, 3, nil, false))
		talk.Must(admin.IncrementalAlterConfig(sarama.TopicResource, r.Topic,
			map[string]sarama.IncrementalAlterConfigsEntry{
				"max.message.bytes": {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &size}}, false))
	})
	talk.Tell(map[string]any{})
}

func describe(r talk.Request) {
	administer(r, func(admin sarama.ClusterAdmin) {
		described, err := admin.DescribeConfig(sarama.ConfigResource{
			Type: sarama.TopicResource, Name: r.Topic, ConfigNames: []string{"retention.ms", "max.message.bytes"}})
		talk.Must(err)
		values := map[string]string{}
		for _, entry := range described {
			values[entry.Name] = entry.Value
		}
		topics, err := admin.DescribeTopics([]string{r.Topic})
		talk.Must(err)
		brokers, _, err := admin.DescribeCluster()
		talk.Must(err)
		talk.Tell(map[string]any{"partitions": len(topics[0].Partitions), "configs": values, "brokers": len(brokers)})
	})
}

func remove(r talk.Request) {
	administer(r, func(admin sarama.ClusterAdmin) { talk.Must(admin.DeleteTopic(r.Topic)) })
	talk.Tell(map[string]any{})
}
