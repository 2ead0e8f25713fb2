// Package talk is how a client program is told what to do and tells what it saw: a JSON object on the first line of
// stdin, JSON lines on stdout, the end of stdin to stop. tests/peers/client_program.py is the other side.
package talk

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"
)

// Request has the fields of every operation; each uses some.
type Request struct {
	Operation    string
	Bootstrap    string
	Topic        string
	Codecs       []string
	Values       []string
	Group        string
	Protocol     string
	Id           string
	Transactions []Transaction
	Source       string
	Sink         string
	Count        int
	Registry     string
	Subject      string
	Schema       string
	User         User
	Data         []string
}

// User is the record that a program of a registry client writes.
type User struct {
	Id   int64
	Name string
}

// Transaction is what one transaction writes and how it ends.
type Transaction struct {
	Values []string
	Commit bool
}

// Record is what a member tells of what it read.
type Record struct {
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Value     string `json:"value"`
}

// Run hears the request and carries out the operation of that name.
func Run(operations map[string]func(Request)) {
	line, err := input.ReadBytes('\n')
	Must(err)
	var request Request
	Must(json.Unmarshal(line, &request))
	operation, known := operations[request.Operation]
	if !known {
		Must(fmt.Errorf("no operation %q", request.Operation))
	}
	operation(request)
}

var input = bufio.NewReader(os.Stdin)

// Stopped is closed when the other side closes stdin.
func Stopped() <-chan struct{} {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		input.ReadByte()
	}()
	return stopped
}

var output sync.Mutex

// Tell prints one JSON line.
func Tell(said map[string]any) {
	line, err := json.Marshal(said)
	Must(err)
	output.Lock()
	defer output.Unlock()
	fmt.Println(string(line))
}

// Must ends the program with what went wrong.
func Must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
