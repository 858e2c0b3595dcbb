// registry LISTEN FAULTS ROOT IMAGES ARCHIVES: answers pulls of the images that the file IMAGES lists, one layer each,
// made of the folder ROOT. Every tag of such an image is there, as an image of its own. Any other repository is the
// OCI archive ARCHIVES/REPOSITORY.tar, whatever the tag, from the moment on when that file is there.
//
//	{"calico/node": {"Entrypoint": ["/bin/calico-node"], "User": "999"}}      repository → of an image's config
//
// The file FAULTS is read at each request:
//
//	{"missing": ["calico/node:v3.31.6"], "refuse": 403, "delaySeconds": 20}
//
// A pull needs four of the registry's requests, and none of its writes.
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar"
)

type faults struct {
	Missing      []string `json:"missing"`
	Refuse       int      `json:"refuse"`
	DelaySeconds float64  `json:"delaySeconds"`
}

type registry struct {
	faults   string
	archives string
	layer    []byte
	images   map[string]image
	mutex    sync.Mutex
	blobs    map[string][]byte
	types    map[string]string
}

// image is what a config says of how a container is run (OCI image specification).
type image struct {
	Entrypoint []string          `json:"Entrypoint"`
	User       string            `json:"User,omitempty"`
	Env        []string          `json:"Env"`
	Labels     map[string]string `json:"Labels"`
}

func main() {
	if len(os.Args) != 6 {
		log.Fatal("usage: registry LISTEN FAULTS ROOT IMAGES ARCHIVES")
	}
	layer, err := tarOf(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	text, err := os.ReadFile(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	answering := &registry{faults: os.Args[2], archives: os.Args[5], layer: layer, blobs: map[string][]byte{}, types: map[string]string{}}
	if err := json.Unmarshal(text, &answering.images); err != nil {
		log.Fatal(err)
	}
	answering.keep(layer, layerType)
	log.Fatal(http.ListenAndServe(os.Args[1], answering))
}

var path = regexp.MustCompile(`^/v2/(.+)/(manifests|blobs)/([^/]+)$`)

func (r *registry) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	log.Print(request.Method, " ", request.URL)
	parts := path.FindStringSubmatch(request.URL.Path)
	if parts == nil {
		response.WriteHeader(http.StatusOK) // /v2/: yes, this is a registry.
		return
	}
	repository, kind, reference := parts[1], parts[2], parts[3]
	wrong := r.wrong()
	if wrong.Refuse != 0 {
		http.Error(response, `{"errors":[{"code":"DENIED","message":"refused"}]}`, wrong.Refuse)
		return
	}
	if wrong.DelaySeconds > 0 && kind == "blobs" {
		select {
		case <-request.Context().Done():
			return
		case <-time.After(time.Duration(wrong.DelaySeconds * float64(time.Second))):
		}
	}
	digest := reference
	if kind == "manifests" && !strings.HasPrefix(reference, "sha256:") {
		found, known := r.images[repository]
		switch {
		case slices.Contains(wrong.Missing, repository+":"+reference):
			digest = ""
		case known:
			digest = r.manifest(found, reference)
		default:
			digest = r.archived(repository)
		}
	}
	r.mutex.Lock()
	content, found := r.blobs[digest]
	contentType := r.types[digest]
	r.mutex.Unlock()
	if !found {
		http.Error(response, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}`, http.StatusNotFound)
		return
	}
	response.Header().Set("Content-Type", contentType)
	response.Header().Set("Docker-Content-Digest", digest)
	http.ServeContent(response, request, "", time.Time{}, bytes.NewReader(content))
}

func (r *registry) wrong() faults {
	var read faults
	if text, err := os.ReadFile(r.faults); err == nil {
		_ = json.Unmarshal(text, &read)
	}
	return read
}

// manifest answers its digest: two tags differ in a label, as two releases differ in more.
func (r *registry) manifest(of image, tag string) string {
	layer := digestOf(r.layer)
	of.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}
	of.Labels = map[string]string{"version": tag}
	config := r.keepJSON(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"config":       of,
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{layer}},
	}, configType)
	return r.keepJSON(map[string]any{
		"schemaVersion": 2,
		"mediaType":     manifestType,
		"config":        r.described(config),
		"layers":        []any{r.described(layer)},
	}, manifestType)
}

// described in an image index or an image layout's index.json (OCI image specification).
type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
}

type index struct {
	Manifests []descriptor `json:"manifests"`
}

// archived answers the digest of the one image of an archive, which is read at each pull; "" where there is none.
func (r *registry) archived(repository string) string {
	file, err := os.Open(filepath.Join(r.archives, filepath.Clean("/"+repository)+".tar"))
	if err != nil {
		return ""
	}
	defer file.Close()
	var layout index
	for reader := tar.NewReader(file); ; {
		header, err := reader.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Print(file.Name(), ": ", err)
			return ""
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			log.Print(file.Name(), ": ", err)
			return ""
		}
		if header.Name == "index.json" {
			_ = json.Unmarshal(content, &layout)
		} else if strings.HasPrefix(header.Name, "blobs/sha256/") && len(content) > 0 {
			r.keep(content, "application/octet-stream")
		}
	}
	if len(layout.Manifests) != 1 {
		log.Printf("%s: %d images", file.Name(), len(layout.Manifests))
		return ""
	}
	top := layout.Manifests[0]
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var platforms index
	_ = json.Unmarshal(r.blobs[top.Digest], &platforms)
	for _, each := range append(platforms.Manifests, top) {
		r.types[each.Digest] = each.MediaType
	}
	return top.Digest
}

func (r *registry) described(digest string) map[string]any {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return map[string]any{"mediaType": r.types[digest], "digest": digest, "size": len(r.blobs[digest])}
}

func (r *registry) keepJSON(value any, contentType string) string {
	content, err := json.Marshal(value)
	if err != nil {
		log.Fatal(err)
	}
	return r.keep(content, contentType)
}

func (r *registry) keep(content []byte, contentType string) string {
	digest := digestOf(content)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.blobs[digest], r.types[digest] = content, contentType
	return digest
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// tarOf packs a folder; the same files always make the same bytes.
func tarOf(root string) ([]byte, error) {
	var packed bytes.Buffer
	writer := tar.NewWriter(&packed)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		target := ""
		if info.Mode()&fs.ModeSymlink != 0 {
			if target, err = os.Readlink(path); err != nil {
				return err
			}
		}
		header, err := tar.FileInfoHeader(info, target)
		if err != nil {
			return err
		}
		header.Name = strings.TrimPrefix(path, root+"/")
		header.ModTime = time.Unix(0, 0)
		header.Uid, header.Gid, header.Uname, header.Gname = 0, 0, "", ""
		if err := writer.WriteHeader(header); err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, err = writer.Write(content)
		return err
	})
	if err != nil {
		return nil, err
	}
	return packed.Bytes(), writer.Close()
}
