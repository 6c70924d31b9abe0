// Plays Feishu's own SDK for Node against the double: it opens what the double seals, checks what it signs, calls it, and takes events
// over the long connection. It reads one JSON object from its first argument, and writes one JSON object a line.
const crypto = require('crypto')
const lark = require('@larksuiteoapi/node-sdk')
const say = (o) => process.stdout.write(JSON.stringify(o) + '\n')
const quiet = { error() {}, warn() {}, info() {}, debug() {}, trace() {} }
const input = JSON.parse(process.argv[2])

async function opened() {
	const plain = new lark.AESCipher(input.key).decrypt(input.sealed)
	let taken = ''
	const dispatcher = new lark.EventDispatcher({ encryptKey: input.key, verificationToken: input.token, logger: quiet }).register({
		'im.message.receive_v1': async (data) => { taken = data.message.message_id },
	})
	const post = (headers) => dispatcher.invoke(Object.assign(Object.create({ headers }), JSON.parse(input.body)))
	await post(input.headers)
	const good = taken
	taken = ''
	await post({ ...input.headers, 'x-lark-signature': 'f'.repeat(64) })
	const key = crypto.createHash('sha256').update(input.key).digest()
	const iv = crypto.randomBytes(16)
	const cipher = crypto.createCipheriv('aes-256-cbc', key, iv)
	const theirs = Buffer.concat([iv, cipher.update('由别人加密', 'utf8'), cipher.final()]).toString('base64')
	say({ plain, taken: good, forged: taken, theirs })
}

async function called() {
	const client = new lark.Client({ appId: input.app, appSecret: input.secret, domain: input.url, logger: quiet, loggerLevel: lark.LoggerLevel.fatal })
	const send = (uuid) => client.im.message.create({
		params: { receive_id_type: 'chat_id' },
		data: { receive_id: 'oc_node', msg_type: 'text', content: JSON.stringify({ text: '来自 Node' }), uuid },
	})
	const first = await send('one'), again = await send('one')
	const reply = await client.im.message.reply({
		path: { message_id: first.data.message_id }, data: { msg_type: 'interactive', content: JSON.stringify(input.card), reply_in_thread: true },
	})
	const patch = await client.im.message.patch({ path: { message_id: reply.data.message_id }, data: { content: JSON.stringify(input.card) } })
	const reaction = await client.im.messageReaction.create({ path: { message_id: first.data.message_id }, data: { reaction_type: { emoji_type: 'Typing' } } })
	const image = await client.im.image.create({ data: { image_type: 'message', image: Buffer.from('png') } })
	const code = await client.im.message.create({
		params: { receive_id_type: 'chat_id' }, data: { receive_id: 'nobody', msg_type: 'text', content: '{"text":"x"}' },
	}).then((r) => r.code, (e) => e.response.data.code)
	say({
		codes: [first.code, again.code, reply.code, patch.code, reaction.code], same: first.data.message_id === again.data.message_id,
		reaction: reaction.data.reaction_id, image: image.image_key, refused: code,
	})
}

function connected() {
	const dispatcher = new lark.EventDispatcher({ logger: quiet }).register({
		'im.message.receive_v1': async (data) => say({ text: JSON.parse(data.message.content).text }),
		'card.action.trigger': async () => ({ toast: { type: 'info', content: '好' } }),
	})
	const client = new lark.WSClient({ appId: input.app, appSecret: input.secret, domain: input.url, logger: quiet, onReady: () => say({ ready: true }) })
	client.start({ eventDispatcher: dispatcher })
}

const parts = { opened, called, connected }
Promise.resolve(parts[input.part]()).catch((e) => { say({ error: String(e && e.stack) + JSON.stringify((e.response || {}).data || '') + ((e.config || {}).url || '') }); process.exit(1) })
