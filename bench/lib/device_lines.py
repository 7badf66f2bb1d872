# SPDX-License-Identifier: Apache-2.0
"""Lines as devices and services write them: a function a format that takes a random.Random and the line's time.

Addresses, ports, sessions, byte counts and times differ from line to line; names and rules repeat as they do at a site.
"""
import time

USERS = ["root"] * 8 + ["admin"] * 4 + ["oracle", "test", "backup", "deploy", "git", "www-data", "postgres", "ubuntu"]
SERVICES = {53: "dns", 80: "http", 443: "https", 22: "ssh", 25: "smtp", 123: "ntp"}


def inside(rng):
    return f"10.{rng.randint(0, 3)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"


def outside(rng):
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(1, 254)}"


def ephemeral(rng):
    return rng.randint(1024, 65535)


def digits(rng, bits):
    return f"{rng.getrandbits(bits):0{bits // 4}x}"


def bsd(at, device, pri=134):
    now = time.gmtime(at)
    return f"<{pri}>{time.strftime('%b', now)} {now.tm_mday:2d} {time.strftime('%H:%M:%S', now)} {device}"


def iso(at, separator="T"):
    return time.strftime(f"%Y-%m-%d{separator}%H:%M:%S", time.gmtime(at))


def sshd(rng, at):
    user, address, port = rng.choice(USERS), outside(rng), ephemeral(rng)
    text = rng.choice((f"Failed password for {user} from {address} port {port} ssh2",
                       f"Failed password for invalid user {user} from {address} port {port} ssh2",
                       f"Accepted publickey for {user} from {address} port {port} ssh2",
                       f"Connection closed by {address} port {port} [preauth]"))
    return f"{bsd(at, f'gw{rng.randint(1, 7)}', 38)} sshd[{rng.randint(300, 65000)}]: {text}"


def asa(rng, at):
    connection, kind = rng.getrandbits(30), rng.randint(0, 9)
    far, near = (outside(rng), rng.choice(tuple(SERVICES))), (inside(rng), ephemeral(rng))
    ends = f"outside:{far[0]}/{far[1]} ({far[0]}/{far[1]}) to inside:{near[0]}/{near[1]} (203.0.113.9/{near[1]})"
    if kind < 4:
        text = f"%ASA-6-302013: Built outbound TCP connection {connection} for {ends}"
    elif kind < 8:
        text = (f"%ASA-6-302014: Teardown TCP connection {connection} for outside:{far[0]}/{far[1]} to inside:{near[0]}/{near[1]} "
                f"duration 0:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d} bytes {rng.randint(60, 9999999)} TCP FINs")
    else:
        text = (f"%ASA-4-106023: Deny tcp src outside:{far[0]}/{ephemeral(rng)} dst inside:{near[0]}/{far[1]} by access-group "
                f'"outside_in" [0x{digits(rng, 32)}, 0x0]')
    return f"{bsd(at, 'asa1', 166)} : {text}"


def fortigate(rng, at):
    port = rng.choice(tuple(SERVICES))
    action = rng.choices(("close", "accept", "timeout", "deny"), (5, 3, 1, 2))[0]
    seconds, micros = int(at), rng.randint(0, 999999)
    return (f'<189>date={iso(at)[:10]} time={iso(at)[11:]} devname="fw1" devid="FG100F0000000001" eventtime={seconds}{micros:06d}789 tz="+0000" '
            f'logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip={inside(rng)} srcport={ephemeral(rng)} '
            f'srcintf="lan{rng.randint(1, 4)}" srcintfrole="lan" dstip={outside(rng)} dstport={port} dstintf="wan1" dstintfrole="wan" '
            f'srccountry="Reserved" dstcountry="United States" sessionid={rng.getrandbits(28)} proto={17 if port in (53, 123) else 6} '
            f'action="{action}" policyid={rng.randint(1, 40)} policytype="policy" service="{SERVICES[port].upper()}" trandisp="snat" '
            f'transip=203.0.113.5 transport={ephemeral(rng)} duration={rng.randint(0, 300)} sentbyte={rng.randint(60, 99999)} '
            f'rcvdbyte={rng.randint(60, 999999)} sentpkt={rng.randint(1, 99)} rcvdpkt={rng.randint(1, 99)} appcat="unscanned"')


def panos(rng, at):
    now, port = iso(at, " ").replace("-", "/"), rng.choice(tuple(SERVICES))
    action = rng.choices(("allow", "deny"), (5, 1))[0]
    source, translated = ephemeral(rng), ephemeral(rng)
    sent, received = rng.randint(60, 99999), rng.randint(60, 999999)
    packets = rng.randint(1, 60), rng.randint(1, 60)
    return (f"{bsd(at, 'pa1', 14)} 1,{now},012345678901,TRAFFIC,{'end' if action == 'allow' else 'drop'},2561,{now},{inside(rng)},{outside(rng)},"
            f"203.0.113.8,{outside(rng)},rule-{rng.randint(1, 40)},,,{SERVICES[port]},vsys1,trust,untrust,ethernet1/2,ethernet1/1,forward-all,{now},"
            f"{rng.getrandbits(22)},1,{source},{port},{translated},{port},0x400053,{'udp' if port in (53, 123) else 'tcp'},{action},{sent + received},"
            f"{sent},{received},{sum(packets)},{now},{rng.randint(0, 300)},any,0,{7_000_000_000 + rng.getrandbits(30)},0x8000000000000000,"
            f"10.0.0.0-10.255.255.255,United States,0,{packets[0]},{packets[1]},tcp-fin,31,42,0,0,,pa1,from-policy,,,0,,0,,N/A,0,0,0,0,"
            f"a7e1b0c2-1111-4222-8333-{rng.randint(1, 40):012d},0,0,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,{iso(at)}.{rng.randint(0, 999):03d}+00:00,,,"
            "infrastructure,networking,network-protocol,3,\"has-known-vulnerability,pervasive-use\",,untunneled,no,no")


def sonicwall(rng, at):
    port = rng.choice(tuple(SERVICES))
    text = (f'id=firewall sn=18B169000001 time="{iso(at, " ")} UTC" fw=203.0.113.1 pri=6 c=262144 gcat=6 m={rng.choice((97, 98, 537, 537))} '
            f'msg="Connection Closed" srcMac=00:00:5e:00:53:{rng.randint(0, 255):02x} src={inside(rng)}:{ephemeral(rng)}:X0 srcZone=LAN '
            f'natSrc=203.0.113.5:{ephemeral(rng)} dstMac=00:00:5e:00:53:01 dst={outside(rng)}:{port}:X1 dstZone=WAN natDst={outside(rng)}:{port} '
            f'usr="{rng.choice(USERS)}" proto={"udp" if port in (53, 123) else "tcp"}/{SERVICES[port]} sent={rng.randint(60, 99999)} '
            f'rcvd={rng.randint(60, 999999)} spkt={rng.randint(1, 99)} rpkt={rng.randint(1, 99)} cdur={rng.randint(1, 99999)} '
            f'rule="{rng.randint(1, 40)} (LAN->WAN)" app={rng.randint(1, 99)} n={rng.getrandbits(24)} fw_action="NA" dpi=0')
    return f"{bsd(at, 'sw1')} {text}"


def netfilter(rng, at):
    port = rng.choice(tuple(SERVICES))
    return (f"{bsd(at, 'gw1', 4)} kernel: [{rng.randint(1, 10**7)}.{rng.randint(0, 999999):06d}] [UFW {rng.choice(('BLOCK', 'ALLOW'))}] IN=eth0 OUT= "
            f"MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC={outside(rng)} DST={inside(rng)} LEN={rng.randint(40, 1500)} TOS=0x00 PREC=0x00 "
            f"TTL={rng.randint(40, 128)} ID={rng.getrandbits(16)} DF PROTO=TCP SPT={ephemeral(rng)} DPT={port} WINDOW={rng.getrandbits(16)} RES=0x00 SYN URGP=0")


def cef(rng, at):
    rule, port = rng.randint(1, 200), rng.choice(tuple(SERVICES))
    return (f"{bsd(at, 'ids1')} CEF:0|Example|Gateway|7.1|{1000 + rule}|Policy match {rule}|{rng.randint(1, 10)}|rt={int(at * 1000)} "
            f"act={rng.choice(('allowed', 'blocked'))} src={inside(rng)} spt={ephemeral(rng)} dst={outside(rng)} dpt={port} proto=TCP "
            f"app={SERVICES[port].upper()} suser={rng.choice(USERS)} in={rng.randint(60, 99999)} out={rng.randint(60, 999999)} "
            f"deviceInboundInterface=eth{rng.randint(0, 3)} deviceOutboundInterface=eth4 cs1Label=Policy cs1=policy-{rng.randint(1, 40)} "
            f"cn1Label=SessionId cn1={rng.getrandbits(28)} externalId={rng.getrandbits(30)} dvchost=ids1 msg=Matched by signature {rule}")


def key_value(rng, at):
    return (f"{iso(at)}.{rng.randint(0, 999):03d}Z level={rng.choice(('info', 'info', 'warn'))} component=gateway method={rng.choice(('GET', 'POST'))} "
            f'path="/api/v1/items/{rng.randint(1, 9999)}" status={rng.choice((200, 200, 200, 404, 500))} src_ip={inside(rng)} src_port={ephemeral(rng)} '
            f"user={rng.choice(USERS)} bytes={rng.randint(60, 99999)} duration_ms={rng.randint(1, 999)} request_id={digits(rng, 64)} cached=false")
