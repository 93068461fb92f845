// SPDX-License-Identifier: LGPL-2.1-or-later

// tiles FOLDER KEY [OLDER-CHECKPOINT]: verifies an exported ledger by nothing of ours: the Go project's own sumdb/note and
// sumdb/tlog (Debian: golang-golang-x-mod-dev). In: the files of tlog-tiles, the log's verifier key, and a checkpoint that
// left earlier. Out: a line for what holds; or the first thing that does not, with its place, and exit status 1.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func fail(format string, arguments ...interface{}) {
	fmt.Printf(format+"\n", arguments...)
	os.Exit(1)
}

func check(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

// place is a number as tlog-tiles writes it in paths: 1234067 is x001/x234/067.
func place(n int64) string {
	text := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		text = fmt.Sprintf("x%03d/%s", n%1000, text)
	}
	return text
}

func file(level string, n int64, width int) string {
	if width == 1<<height {
		return filepath.Join("tile", level, place(n))
	}
	return filepath.Join("tile", level, place(n)+".p", strconv.Itoa(width))
}

// folder reads tiles of hashes, as sumdb/tlog asks for them.
type folder string

func (f folder) Height() int { return height }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		bytes, err := os.ReadFile(filepath.Join(string(f), file(strconv.Itoa(tile.L), tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		if len(bytes) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %d/%d has %d bytes", tile.L, tile.N, len(bytes))
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func open(path string, verifier note.Verifier) tlog.Tree {
	text, err := os.ReadFile(path)
	check(err, "checkpoint")
	signed, err := note.Open(text, note.VerifierList(verifier))
	check(err, "checkpoint "+path)
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 4 {
		fail("checkpoint %s: %d lines", path, len(lines))
	}
	if lines[0] != verifier.Name() {
		fail("checkpoint %s is of %s", path, lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err, "root")
	tree := tlog.Tree{N: size}
	if len(root) != tlog.HashSize {
		fail("root has %d bytes", len(root))
	}
	copy(tree.Hash[:], root)
	return tree
}

// bundle: the entries of one file; nil: it was pruned.
func bundle(root string, n int64, width int) [][]byte {
	data, err := os.ReadFile(filepath.Join(root, file("entries", n, width)))
	if os.IsNotExist(err) {
		return nil
	}
	check(err, "bundle")
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			fail("entry %d is cut off", n*256+int64(len(entries)))
		}
		size := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:size])
		data = data[size:]
	}
	if len(entries) != width {
		fail("bundle %d has %d entries of %d", n, len(entries), width)
	}
	return entries
}

func main() {
	root, reader := os.Args[1], folder(os.Args[1])
	verifier, err := note.NewVerifier(os.Args[2])
	check(err, "key")
	tree := open(filepath.Join(root, "checkpoint"), verifier)
	hashes := tlog.TileHashReader(tree, reader)
	computed, err := tlog.TreeHash(tree.N, hashes)
	check(err, "tree")
	if computed != tree.Hash {
		fail("the root differs")
	}
	read, pruned := int64(0), int64(0)
	for n := int64(0); n*256 < tree.N; n++ {
		width := 256
		if tree.N-n*256 < 256 {
			width = int(tree.N - n*256)
		}
		entries := bundle(root, n, width)
		if entries == nil {
			pruned += int64(width)
		}
		for i, entry := range entries {
			index := n*256 + int64(i)
			leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			check(err, fmt.Sprintf("hash of entry %d", index))
			if leaf[0] != tlog.RecordHash(entry) {
				fail("entry %d differs", index)
			}
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			check(err, fmt.Sprintf("proof of entry %d", index))
			check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf[0]), fmt.Sprintf("inclusion of entry %d", index))
			read++
		}
	}
	fmt.Printf("entries %d pruned %d root %x\n", read, pruned, tree.Hash[:])
	if len(os.Args) > 3 {
		older := open(os.Args[3], verifier)
		if older.N > tree.N {
			fail("rolled back: %d entries were there, and %d are", older.N, tree.N)
		}
		proof, err := tlog.ProveTree(tree.N, older.N, hashes)
		check(err, "consistency")
		check(tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash), "consistency")
		if bytes.Equal(older.Hash[:], tree.Hash[:]) != (older.N == tree.N) {
			fail("consistency")
		}
		fmt.Printf("continues %d\n", older.N)
	}
}
