// segmentio/kafka-go (it has no transactions), driven by tests/compat/test_go_clients.py.
package main

import (
	"context"
	"errors"
	"time"

	"github.com/segmentio/kafka-go"

	"millrace/peers/talk"
)

func main() {
	talk.Run(map[string]func(talk.Request){
		"produce": produce, "member": member, "create": create, "describe": describe, "delete": remove,
	})
}

var background = context.Background()

// produce writes the values to one partition with each codec.
func produce(r talk.Request) {
	codecs := map[string]kafka.Compression{
		"none": 0, "gzip": kafka.Gzip, "snappy": kafka.Snappy, "lz4": kafka.Lz4, "zstd": kafka.Zstd,
	}
	offsets := make([][]int64, len(r.Codecs))
	for partition, codec := range r.Codecs {
		writer := kafka.Writer{
			Addr: kafka.TCP(r.Bootstrap), Topic: r.Topic, Compression: codecs[codec], RequiredAcks: kafka.RequireAll,
			BatchTimeout: 5 * time.Millisecond,
			Balancer:     kafka.BalancerFunc(func(kafka.Message, ...int) int { return partition }),
			Completion: func(written []kafka.Message, err error) {
				talk.Must(err)
				for _, message := range written {
					offsets[partition] = append(offsets[partition], message.Offset)
				}
			},
		}
		var messages []kafka.Message
		for _, value := range r.Values {
			messages = append(messages, kafka.Message{Value: []byte(value)})
		}
		talk.Must(writer.WriteMessages(background, messages...))
		talk.Must(writer.Close())
	}
	talk.Tell(map[string]any{"offsets": offsets})
}

func member(r talk.Request) {
	balancers := map[string]kafka.GroupBalancer{
		"range": kafka.RangeGroupBalancer{}, "roundrobin": kafka.RoundRobinGroupBalancer{},
	}
	group, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: r.Group, Brokers: []string{r.Bootstrap}, Topics: []string{r.Topic}, StartOffset: kafka.FirstOffset,
		GroupBalancers: []kafka.GroupBalancer{balancers[r.Protocol]}, SessionTimeout: 6 * time.Second,
		HeartbeatInterval: 200 * time.Millisecond,
	})
	talk.Must(err)
	until, cancel := context.WithCancel(background)
	go func() {
		<-talk.Stopped()
		cancel()
	}()
	for {
		generation, err := group.Next(until)
		if errors.Is(err, context.Canceled) {
			talk.Must(group.Close())
			return
		}
		talk.Must(err)
		owned := []int{}
		for _, assigned := range generation.Assignments[r.Topic] {
			owned = append(owned, assigned.ID)
			generation.Start(func(ctx context.Context) { consume(ctx, r, generation, assigned) })
		}
		talk.Tell(map[string]any{"assigned": owned})
	}
}

// consume reads one partition until its generation ends.
func consume(ctx context.Context, r talk.Request, generation *kafka.Generation, assigned kafka.PartitionAssignment) {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: []string{r.Bootstrap}, Topic: r.Topic, Partition: assigned.ID, MaxWait: 50 * time.Millisecond,
	})
	defer reader.Close()
	talk.Must(reader.SetOffset(assigned.Offset))
	for {
		message, err := reader.ReadMessage(ctx)
		if errors.Is(err, kafka.ErrGenerationEnded) || errors.Is(err, context.Canceled) {
			return
		}
		talk.Must(err)
		talk.Must(generation.CommitOffsets(map[string]map[int]int64{r.Topic: {message.Partition: message.Offset + 1}}))
		talk.Tell(map[string]any{"read": []talk.Record{
			{Partition: int32(message.Partition), Offset: message.Offset, Value: string(message.Value)}}})
	}
}

func client(r talk.Request) *kafka.Client {
	return &kafka.Client{Addr: kafka.TCP(r.Bootstrap), Timeout: 10 * time.Second}
}

// create makes a topic of two partitions, then adds one and changes a configuration.
func create(r talk.Request) {
	created, err := client(r).CreateTopics(background, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{
		Topic: r.Topic, NumPartitions: 2, ReplicationFactor: 1,
		ConfigEntries: []kafka.ConfigEntry{{ConfigName: "retention.ms", ConfigValue: "60000"}}}}})
	talk.Must(errors.Join(err, created.Errors[r.Topic]))
	added, err := client(r).CreatePartitions(background, &kafka.CreatePartitionsRequest{
		Topics: []kafka.TopicPartitionsConfig{{Name: r.Topic, Count: 3}}})
	talk.Must(errors.Join(err, added.Errors[r.Topic]))
	altered, err := client(r).IncrementalAlterConfigs(background, &kafka.IncrementalAlterConfigsRequest{
		Resources: []kafka.IncrementalAlterConfigsRequestResource{{
			ResourceType: kafka.ResourceTypeTopic, ResourceName: r.Topic,
			Configs: []kafka.IncrementalAlterConfigsRequestConfig{{
				Name: "max.message.bytes", Value: "2000", ConfigOperation: kafka.ConfigOperationSet}}}}})
	talk.Must(errors.Join(err, altered.Resources[0].Error))
	talk.Tell(map[string]any{})
}

func describe(r talk.Request) {
	described, err := client(r).DescribeConfigs(background, &kafka.DescribeConfigsRequest{
		Resources: []kafka.DescribeConfigRequestResource{{
			ResourceType: kafka.ResourceTypeTopic, ResourceName: r.Topic,
			ConfigNames: []string{"retention.ms", "max.message.bytes"}}}})
	talk.Must(errors.Join(err, described.Resources[0].Error))
	values := map[string]string{}
	for _, entry := range described.Resources[0].ConfigEntries {
		values[entry.ConfigName] = entry.ConfigValue
	}
	metadata, err := client(r).Metadata(background, &kafka.MetadataRequest{Topics: []string{r.Topic}})
	talk.Must(errors.Join(err, metadata.Topics[0].Error))
	talk.Tell(map[string]any{
		"partitions": len(metadata.Topics[0].Partitions), "configs": values, "brokers": len(metadata.Brokers),
	})
}

func remove(r talk.Request) {
	deleted, err := client(r).DeleteTopics(background, &kafka.DeleteTopicsRequest{Topics: []string{r.Topic}})
	talk.Must(errors.Join(err, deleted.Errors[r.Topic]))
	talk.Tell(map[string]any{})
}
