// franz-go's pkg/sr, driven by tests/compat/test_registry_other_clients.py.
package main

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/sr"

	"millrace/peers/talk"
)

func main() {
	talk.Run(map[string]func(talk.Request){"encode": encode, "decode": decode, "administer": administer})
}

var background = context.Background()

// User is the record of the test's schema.
type User struct {
	ID   int64  `avro:"id" json:"id"`
	Name string `avro:"name" json:"name"`
}

func client(r talk.Request) *sr.Client {
	made, err := sr.NewClient(sr.URLs(r.Registry))
	talk.Must(err)
	return made
}

// serde writes and reads users with the schema that has the id.
func serde(id int, text string) *sr.Serde {
	schema, err := avro.Parse(text)
	talk.Must(err)
	var made sr.Serde
	made.Register(id, User{},
		sr.EncodeFn(func(value any) ([]byte, error) { return avro.Marshal(schema, value) }),
		sr.DecodeFn(func(data []byte, value any) error { return avro.Unmarshal(schema, data, value) }))
	return &made
}

// encode registers, looks up, and writes one record.
func encode(r talk.Request) {
	c := client(r)
	schema := sr.Schema{Schema: r.Schema, Type: sr.TypeAvro}
	registered, err := c.CreateSchema(background, r.Subject, schema)
	talk.Must(err)
	found, err := c.LookupSchema(background, r.Subject, schema)
	talk.Must(err)
	latest, err := c.SchemaByVersion(background, r.Subject, -1)
	talk.Must(err)
	data, err := serde(registered.ID, registered.Schema.Schema).Encode(User{ID: r.User.Id, Name: r.User.Name})
	talk.Must(err)
	talk.Tell(map[string]any{
		"id": registered.ID, "looked_up": []int{found.ID, latest.ID}, "data": base64.StdEncoding.EncodeToString(data),
	})
}

// decode reads records by the schemas that their ids stand for.
func decode(r talk.Request) {
	c := client(r)
	users := []User{}
	for _, text := range r.Data {
		data, err := base64.StdEncoding.DecodeString(text)
		talk.Must(err)
		id, _, err := new(sr.ConfluentHeader).DecodeID(data)
		talk.Must(err)
		schema, err := c.SchemaByID(background, id)
		talk.Must(err)
		var user User
		talk.Must(serde(id, schema.Schema).Decode(data, &user))
		users = append(users, user)
	}
	talk.Tell(map[string]any{"users": users})
}

// administer makes the calls that are for people.
func administer(r talk.Request) {
	c := client(r)
	_, err := c.CreateSchema(background, r.Subject, sr.Schema{Schema: r.Schema})
	talk.Must(err)
	other := sr.Schema{Schema: `"string"`}
	checked, err := c.CheckCompatibility(background, r.Subject, -1, other)
	talk.Must(err)
	_, err = c.CreateSchema(background, r.Subject, other)
	refused := new(sr.ResponseError)
	if !errors.As(err, &refused) {
		talk.Must(errors.New("an incompatible schema was taken"))
	}
	for _, set := range c.SetCompatibility(background, sr.SetCompatibility{Level: sr.CompatNone}, r.Subject) {
		talk.Must(set.Err)
	}
	level := c.Compatibility(background, r.Subject)[0]
	talk.Must(level.Err)
	_, err = c.CreateSchema(background, r.Subject, other)
	talk.Must(err)
	versions, err := c.SubjectVersions(background, r.Subject)
	talk.Must(err)
	for _, set := range c.SetMode(background, sr.ModeReadOnly, r.Subject) {
		talk.Must(set.Err)
	}
	mode := c.Mode(background, r.Subject)[0]
	talk.Must(mode.Err)
	for _, reset := range c.ResetMode(background, r.Subject) {
		talk.Must(reset.Err)
	}
	types, err := c.SupportedTypes(background)
	talk.Must(err)
	deleted, err := c.DeleteSubject(background, r.Subject, sr.SoftDelete)
	talk.Must(err)
	subjects, err := c.Subjects(background)
	talk.Must(err)
	left := false
	for _, subject := range subjects {
		left = left || subject == r.Subject
	}
	talk.Tell(map[string]any{
		"fits": checked.Is, "refusal": refused.ErrorCode, "level": level.Level.String(), "versions": versions,
		"mode": mode.Mode.String(), "types": len(types), "deleted": deleted, "left": left,
	})
}
