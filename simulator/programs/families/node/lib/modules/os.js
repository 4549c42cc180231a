'use strict';
// os: facts of the container and its machine.

const info = () => sys.info();
const model = 'Virtual CPU';

module.exports = {
  EOL: '\n', devNull: '/dev/null',
  hostname: () => info().hostname,
  platform: () => 'linux', type: () => 'Linux', release: () => info().release, version: () => '#1 SMP PREEMPT_DYNAMIC',
  arch: () => info().arch, machine: () => (info().arch === 'x64' ? 'x86_64' : 'aarch64'), endianness: () => 'LE',
  cpus: () => Array.from({ length: info().cpus }, () => ({ model, speed: 2600, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } })),
  availableParallelism: () => info().cpus,
  totalmem: () => info().memory, freemem: () => info().free,
  uptime: () => info().uptime, loadavg: () => info().load,
  homedir: () => info().home, tmpdir: () => '/tmp',
  userInfo: () => ({ uid: info().uid, gid: info().gid, username: info().user, homedir: info().home, shell: '/bin/sh' }),
  networkInterfaces: () => ({
    lo: [{ address: '127.0.0.1', netmask: '255.0.0.0', family: 'IPv4', mac: '00:00:00:00:00:00', internal: true, cidr: '127.0.0.1/8' }],
    eth0: [{ address: info().address, netmask: '255.255.0.0', family: 'IPv4', mac: '02:42:ac:11:00:02', internal: false, cidr: `${info().address}/16` }],
  }),
  constants: { signals: { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 } },
};
