package redis_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"linli/adapters/redis"
	"linli/bot"
	"linli/bot/storetest"
)

// startCluster starts a cluster of three servers and returns its address.
func startCluster(t *testing.T) string {
	t.Helper()
	var clients []*goredis.Client
	var ports []int
	for range 3 {
		port, bus := freePort(t), freePort(t)
		s := own(t, "--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--cluster-enabled", "yes", "--cluster-port", fmt.Sprint(bus), "--cluster-node-timeout", "2000")
		c := goredis.NewClient(&goredis.Options{Addr: fmt.Sprintf("127.0.0.1:%d", port)})
		t.Cleanup(func() { must(t, c.Close()) })
		must(t, eventually(func() error { return c.Ping(t.Context()).Err() }))
		if len(clients) > 0 {
			must(t, clients[0].Do(t.Context(), "CLUSTER", "MEET", "127.0.0.1", port, bus).Err())
		}
		clients, ports = append(clients, c), append(ports, port)
		if _, err := os.Stat(filepath.Join(s.dir, "nodes.conf")); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range clients {
		must(t, c.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", i*16384/3, (i+1)*16384/3-1).Err())
	}
	for _, c := range clients {
		must(t, eventually(func() error {
			info, err := c.ClusterInfo(t.Context()).Result()
			if err == nil && (!strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_known_nodes:3")) {
				err = fmt.Errorf("the cluster is not ready: %s", info)
			}
			return err
		}))
	}
	return fmt.Sprintf("redis+cluster://127.0.0.1:%d,127.0.0.1:%d", ports[0], ports[1])
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// Deployments lie on all servers of a cluster, each on one.
func TestStoreConformsInACluster(t *testing.T) {
	address := startCluster(t)
	urls := map[bot.Store]string{}
	storetest.Run(t, storetest.Harness{
		Open: func(t testing.TB, now func() time.Time) bot.Store {
			url := address + "?name=" + freshName()
			s := open(t, url, redis.Options{Now: now, Node: "first"})
			urls[s] = url
			return s
		},
		Reopen: func(t testing.TB, old bot.Store, now func() time.Time) bot.Store {
			must(t, old.(*redis.Store).Close())
			s := open(t, urls[old], redis.Options{Now: now, Node: "first"})
			urls[s] = urls[old]
			return s
		},
	})
}
