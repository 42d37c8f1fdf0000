// Checks an export of a doudi ledger with Go's own transparency log packages, the ones behind sum.golang.org:
// sumdb/note opens the checkpoint, sumdb/tlog re-derives root, inclusion and consistency. It knows nothing of the product
// but docs/format/export.md.
//
//	GOPATH=/usr/share/gocode GO111MODULE=off go run tlog_check.go TILES LOG.VKEY [OLDER-CHECKPOINT]
//
// (Debian: golang-go, golang-golang-x-mod-dev.) Exit code 0: everything holds; 1: something does not.
package main

import (
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

// tiles reads a folder of C2SP tlog-tiles. sumdb/tlog names tiles with their height, `tile/8/L/N`; C2SP leaves it out.
type tiles struct{ root string }

func (t tiles) Height() int                                { return 8 }
func (t tiles) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		name := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.root, name))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes, not %d", name, len(data), tile.W*tlog.HashSize)
		}
		read = append(read, data)
	}
	return read, nil
}

// entries takes a bundle apart: two bytes of length, big-endian, before each entry.
func (t tiles) entries(n int64, width int) ([][]byte, error) {
	name := strings.Replace(tlog.Tile{H: 8, L: 0, N: n, W: width}.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(t.root, name))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) >= 2 {
		length := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+length {
			break
		}
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	if len(data) != 0 || len(entries) != width {
		return nil, fmt.Errorf("%s is not a bundle of %d entries", name, width)
	}
	return entries, nil
}

// open verifies a checkpoint and reads its three lines.
func open(path string, verifier note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	msg, err := os.ReadFile(path)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tree, fmt.Errorf("%s is not a checkpoint of %s", path, verifier.Name())
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, fmt.Errorf("%s has no root", path)
	}
	copy(tree.Hash[:], root)
	return tree, nil
}

func check(root, vkey, older string) error {
	text, err := os.ReadFile(vkey)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	tree, err := open(filepath.Join(root, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	folder := tiles{root}
	// Every tile that it reads is proved to be under the signed root before its hashes are used.
	hashes := tlog.TileHashReader(tree, folder)
	derived, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return err
	}
	if derived != tree.Hash {
		return fmt.Errorf("root is %v, signed is %v", derived, tree.Hash)
	}
	inclusions := 0
	for first := int64(0); first < tree.N; first += 256 {
		width := int(min(256, tree.N-first))
		entries, err := folder.entries(first/256, width)
		if err != nil {
			return err
		}
		var indexes []int64
		for i := range entries {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+int64(i)))
		}
		leaves, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			if tlog.RecordHash(entry) != leaves[i] {
				return fmt.Errorf("entry %d is not the leaf under the signed root", first+int64(i))
			}
		}
		// One entry of every bundle, at another place each time, gets a proof of its own.
		pick := int(first/256*37) % width
		at := first + int64(pick)
		proof, err := tlog.ProveRecord(tree.N, at, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, at, tlog.RecordHash(entries[pick])); err != nil {
			return err
		}
		inclusions++
	}
	consistent := int64(-1)
	if older != "" {
		old, err := open(older, verifier)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("not consistent with %d entries: %v", old.N, err)
		}
		consistent = old.N
	}
	fmt.Printf("size=%d root=%s inclusions=%d consistent_with=%d\n",
		tree.N, base64.StdEncoding.EncodeToString(tree.Hash[:]), inclusions, consistent)
	return nil
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func main() {
	if len(os.Args) != 3 && len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: tlog_check TILES LOG.VKEY [OLDER-CHECKPOINT]")
		os.Exit(2)
	}
	older := ""
	if len(os.Args) == 4 {
		older = os.Args[3]
	}
	if err := check(os.Args[1], os.Args[2], older); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
