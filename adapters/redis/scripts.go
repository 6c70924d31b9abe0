package redis

import (
	_ "embed"

	goredis "github.com/redis/go-redis/v9"
)

// Each script's KEYS, ARGV and result stand at its top.
var (
	//go:embed lua/common.lua
	commonLua string
	//go:embed lua/smallest.lua
	smallestLua string
	//go:embed lua/commit.lua
	commitLua string
	//go:embed lua/claim.lua
	claimLua string
	//go:embed lua/find.lua
	findLua string
	//go:embed lua/count.lua
	countLua string
	//go:embed lua/inherit.lua
	inheritLua string
	//go:embed lua/pace.lua
	paceLua string
	//go:embed lua/setup.lua
	setupLua string
	//go:embed lua/snap.lua
	snapLua string
	//go:embed lua/read.lua
	readLua string
)

var (
	commitScript  = goredis.NewScript(commonLua + commitLua)
	claimScript   = goredis.NewScript(commonLua + claimLua)
	findScript    = goredis.NewScript(commonLua + smallestLua + findLua)
	countScript   = goredis.NewScript(commonLua + smallestLua + countLua)
	inheritScript = goredis.NewScript(commonLua + inheritLua)
	paceScript    = goredis.NewScript(commonLua + paceLua)
	setupScript   = goredis.NewScript(commonLua + setupLua)
	snapScript    = goredis.NewScript(commonLua + snapLua)
	readScript    = goredis.NewScript(commonLua + readLua)
)
