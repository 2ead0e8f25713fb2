// franz-go, driven by tests/compat/test_go_clients.py.
package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"millrace/peers/talk"
)

func main() {
	talk.Run(map[string]func(talk.Request){
		"produce": produce, "member": member, "transactions": transactions, "read": read, "copy": copyInTransactions,
		"create": create, "describe": describe, "delete": remove, "inspect": inspect,
	})
}

var background = context.Background()

func client(r talk.Request, options ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(append(options, kgo.SeedBrokers(r.Bootstrap))...)
	talk.Must(err)
	return made
}

// produce writes the values to one partition with each codec.
func produce(r talk.Request) {
	codecs := map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	}
	offsets := make([][]int64, len(r.Codecs))
	for partition, codec := range r.Codecs {
		c := client(r, kgo.ProducerBatchCompression(codecs[codec]), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		var records []*kgo.Record
		for _, value := range r.Values {
			records = append(records, &kgo.Record{Topic: r.Topic, Partition: int32(partition), Value: []byte(value)})
		}
		results := c.ProduceSync(background, records...)
		talk.Must(results.FirstErr())
		for _, result := range results {
			offsets[partition] = append(offsets[partition], result.Record.Offset)
		}
		c.Close()
	}
	talk.Tell(map[string]any{"offsets": offsets})
}

func groupOptions(r talk.Request) []kgo.Opt {
	options := []kgo.Opt{
		kgo.ConsumerGroup(r.Group), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.DisableAutoCommit(),
		kgo.FetchMaxWait(50 * time.Millisecond),
	}
	switch r.Protocol {
	case "consumer":
		return append(options, kgo.ServerSideBalancer(), kgo.Balancers(kgo.StickyBalancer()))
	case "cooperative-sticky":
		options = append(options, kgo.Balancers(kgo.CooperativeStickyBalancer()))
	case "sticky":
		options = append(options, kgo.Balancers(kgo.StickyBalancer()))
	case "roundrobin":
		options = append(options, kgo.Balancers(kgo.RoundRobinBalancer()))
	default:
		options = append(options, kgo.Balancers(kgo.RangeBalancer()))
	}
	return append(options, kgo.SessionTimeout(6*time.Second), kgo.HeartbeatInterval(200*time.Millisecond))
}

func member(r talk.Request) {
	var mutex sync.Mutex
	owned := map[int32]bool{}
	change := func(is bool) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, changed map[string][]int32) {
			mutex.Lock()
			defer mutex.Unlock()
			for _, partition := range changed[r.Topic] {
				if is {
					owned[partition] = true
				} else {
					delete(owned, partition)
				}
			}
			talk.Tell(map[string]any{"assigned": slices.AppendSeq([]int32{}, maps.Keys(owned))})
		}
	}
	c := client(r, append(groupOptions(r), kgo.ConsumeTopics(r.Topic), kgo.BlockRebalanceOnPoll(),
		kgo.OnPartitionsAssigned(change(true)), kgo.OnPartitionsRevoked(change(false)),
		kgo.OnPartitionsLost(change(false)))...)
	defer c.CloseAllowingRebalance()
	until, cancel := context.WithCancel(background)
	go func() {
		<-talk.Stopped()
		cancel()
	}()
	for until.Err() == nil {
		fetches := c.PollFetches(until)
		for _, failed := range fetches.Errors() {
			if !errors.Is(failed.Err, context.Canceled) {
				talk.Must(failed.Err)
			}
		}
		records := fetches.Records()
		talk.Must(c.CommitRecords(background, records...))
		var read []talk.Record
		for _, record := range records {
			read = append(read, talk.Record{Partition: record.Partition, Offset: record.Offset, Value: string(record.Value)})
		}
		if read != nil {
			talk.Tell(map[string]any{"read": read})
		}
		c.AllowRebalance()
	}
}

func transactions(r talk.Request) {
	c := client(r, kgo.TransactionalID(r.Id), kgo.DefaultProduceTopic(r.Topic))
	defer c.Close()
	for _, transaction := range r.Transactions {
		talk.Must(c.BeginTransaction())
		var records []*kgo.Record
		for _, value := range transaction.Values {
			records = append(records, kgo.StringRecord(value))
		}
		talk.Must(c.ProduceSync(background, records...).FirstErr())
		talk.Must(c.EndTransaction(background, kgo.TransactionEndTry(transaction.Commit)))
	}
	talk.Tell(map[string]any{"ended": len(r.Transactions)})
}

// read tells the first `count` values that a reader of committed records sees.
func read(r talk.Request) {
	c := client(r, kgo.ConsumeTopics(r.Topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	defer c.Close()
	var values []string
	for len(values) < r.Count {
		fetches := c.PollFetches(background)
		talk.Must(fetches.Err())
		for _, record := range fetches.Records() {
			values = append(values, string(record.Value))
		}
	}
	talk.Tell(map[string]any{"values": values})
}

// copyInTransactions aborts its first transaction, and then copies until `count` records are committed.
func copyInTransactions(r talk.Request) {
	options := append(groupOptions(r), kgo.SeedBrokers(r.Bootstrap), kgo.TransactionalID(r.Id),
		kgo.ConsumeTopics(r.Source), kgo.DefaultProduceTopic(r.Sink), kgo.RequireStableFetchOffsets(),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	session, err := kgo.NewGroupTransactSession(options...)
	talk.Must(err)
	defer session.Close()
	copied, aborted := 0, 0
	for copied < r.Count {
		fetches := session.PollRecords(background, 100)
		talk.Must(fetches.Err())
		records := fetches.Records()
		talk.Must(session.Begin())
		for _, record := range records {
			session.Produce(background, &kgo.Record{Value: record.Value}, func(_ *kgo.Record, err error) { talk.Must(err) })
		}
		talk.Must(session.Client().Flush(background))
		committed, err := session.End(background, kgo.TransactionEndTry(aborted > 0))
		talk.Must(err)
		if committed {
			copied += len(records)
		} else {
			aborted += len(records)
		}
	}
	talk.Tell(map[string]any{"copied": copied, "aborted": aborted})
}

func administer(r talk.Request, work func(*kadm.Client)) {
	c := client(r)
	defer c.Close()
	work(kadm.NewClient(c))
}

// create makes a topic of two partitions, then adds one and changes a configuration.
func create(r talk.Request) {
	administer(r, func(admin *kadm.Client) {
		_, err := admin.CreateTopic(background, 2, 1, map[string]*string{"retention.ms": kadm.StringPtr("60000")}, r.Topic)
		talk.Must(err)
		added, err := admin.CreatePartitions(background, 1, r.Topic)
		talk.Must(errors.Join(err, added.Error()))
		altered, err := admin.AlterTopicConfigs(background, []kadm.AlterConfig{
			{Op: kadm.SetConfig, Name: "max.message.bytes", Value: kadm.StringPtr("2000")}}, r.Topic)
		talk.Must(errors.Join(err, altered[0].Err))
	})
	talk.Tell(map[string]any{})
}

func describe(r talk.Request) {
	administer(r, func(admin *kadm.Client) {
		configs, err := admin.DescribeTopicConfigs(background, r.Topic)
		talk.Must(errors.Join(err, configs[0].Err))
		values := map[string]string{}
		for _, config := range configs[0].Configs {
			if config.Key == "retention.ms" || config.Key == "max.message.bytes" {
				values[config.Key] = config.MaybeValue()
			}
		}
		topics, err := admin.ListTopics(background, r.Topic)
		talk.Must(errors.Join(err, topics.Error()))
		brokers, err := admin.ListBrokers(background)
		talk.Must(err)
		talk.Tell(map[string]any{
			"partitions": len(topics[r.Topic].Partitions), "configs": values, "brokers": len(brokers),
		})
	})
}

func remove(r talk.Request) {
	administer(r, func(admin *kadm.Client) {
		_, err := admin.DeleteTopic(background, r.Topic)
		talk.Must(err)
	})
	talk.Tell(map[string]any{})
}

// inspect asks for what kadm can tell of a topic with records; it commits to the group and deletes it.
func inspect(r talk.Request) {
	administer(r, func(admin *kadm.Client) {
		ends, err := admin.ListEndOffsets(background, r.Topic)
		talk.Must(errors.Join(err, ends.Error()))
		talk.Must(admin.CommitAllOffsets(background, r.Group, ends.Offsets()))
		lag, err := admin.Lag(background, r.Group)
		talk.Must(errors.Join(err, lag.Error()))
		groups, err := admin.ListGroups(background)
		talk.Must(err)
		_, isListed := groups[r.Group]
		_, err = admin.DeleteGroup(background, r.Group)
		talk.Must(err)

		topic := ends.Offsets().TopicsSet()
		logDirs, err := admin.DescribeAllLogDirs(background, topic)
		talk.Must(err)
		replicas := 0
		logDirs.Each(func(dir kadm.DescribedLogDir) {
			talk.Must(dir.Err)
			dir.Topics.Each(func(kadm.DescribedLogDirPartition) { replicas++ })
		})
		producers, err := admin.DescribeProducers(background, topic)
		talk.Must(err)

		deleted, err := admin.DeleteRecords(background, ends.Offsets())
		talk.Must(errors.Join(err, deleted.Error()))
		starts, err := admin.ListStartOffsets(background, r.Topic)
		talk.Must(errors.Join(err, starts.Error()))
		end, start := int64(0), int64(0)
		ends.Each(func(o kadm.ListedOffset) { end += o.Offset })
		starts.Each(func(o kadm.ListedOffset) { start += o.Offset })
		talk.Tell(map[string]any{
			"end": end, "start": start, "lag": lag[r.Group].Lag.Total(), "group": isListed, "replicas": replicas,
			"producers": len(producers.SortedProducers()),
		})
	})
}
