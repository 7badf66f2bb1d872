# SPDX-License-Identifier: Apache-2.0
"""Records in JSON as sensors and hosts write them, one a line: a function a producer that takes a random.Random and the line's time.

eve: 30 % flow, 25 % dns, 15 % http, 15 % tls, 10 % alert, 5 % fileinfo; zeek: 50 % conn, 25 % dns, 13 % http, 12 % ssl; windows: logons,
processes and shares as Winlogbeat sends them.
"""
import base64
import json

from device_lines import USERS, digits, ephemeral, inside, iso, outside

HOSTS = [f"www{number}.example" for number in range(500)]
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"


def address(rng):
    return outside(rng) if rng.randint(0, 1) else inside(rng)


def eve_http(rng):
    return {"hostname": rng.choice(HOSTS), "url": f"/path/{rng.randint(0, 999)}/index.html?id={rng.randint(0, 9999)}", "http_user_agent": AGENT,
            "http_content_type": "text/html", "http_method": "GET", "protocol": "HTTP/1.1", "status": 200, "length": rng.randint(0, 99999)}


def eve_flow(rng, time):
    return {"pkts_toserver": rng.randint(1, 99), "pkts_toclient": rng.randint(1, 99), "bytes_toserver": rng.randint(60, 99999),
            "bytes_toclient": rng.randint(60, 999999), "start": time, "end": time, "age": rng.randint(0, 60), "state": "closed",
            "reason": "timeout", "alerted": False}


def eve_parts(rng, kind, time):
    if kind == "flow":
        return {"app_proto": "tls", "flow": eve_flow(rng, time),
                "tcp": {"tcp_flags": "1b", "syn": True, "fin": True, "psh": True, "ack": True, "state": "closed"}}
    if kind == "dns":
        name = rng.choice(HOSTS)
        return {"dns": {"version": 2, "type": "answer", "id": rng.randint(0, 65535), "flags": "8180", "qr": True, "rd": True, "ra": True,
                        "rrname": name, "rrtype": "A", "rcode": "NOERROR",
                        "answers": [{"rrname": name, "rrtype": "A", "ttl": rng.randint(1, 3600), "rdata": address(rng)}]}}
    if kind == "http":
        return {"tx_id": 0, "http": eve_http(rng)}
    if kind == "tls":
        return {"tls": {"subject": "CN=*.example", "issuerdn": "C=US, O=Example CA, CN=Example CA 1", "serial": digits(rng, 32),
                        "fingerprint": ":".join(digits(rng, 8) for _ in range(20)), "sni": rng.choice(HOSTS), "version": "TLS 1.3",
                        "notbefore": "2025-01-01T00:00:00", "notafter": "2027-01-01T00:00:00",
                        "ja3": {"hash": f"{rng.randint(0, 50):032x}", "string": "771,4865-4866-4867,0-23-65281-10-11,29-23-24,0"}}}
    if kind == "alert":
        rule = rng.randint(0, 200)
        return {"tx_id": 0, "alert": {"action": "allowed", "gid": 1, "signature_id": 2000000 + rule, "rev": 3,
                                      "signature": f"ET POLICY Something observed {rule}",
                                      "category": "Potential Corporate Privacy Violation", "severity": 2,
                                      "metadata": {"created_at": ["2020_01_01"], "updated_at": ["2024_01_01"]}},
                "http": eve_http(rng), "app_proto": "http", "payload_printable": "GET /path HTTP/1.1 Host: example Accept: text/html " * 3}
    return {"http": eve_http(rng), "app_proto": "http",
            "fileinfo": {"filename": f"/f/{rng.randint(0, 9999)}", "gaps": False, "state": "CLOSED", "md5": digits(rng, 128),
                         "sha256": digits(rng, 256), "stored": False, "size": rng.randint(0, 99999), "tx_id": 0}}


def eve_record(rng, at):
    kind = rng.choices(["flow", "dns", "http", "tls", "alert", "fileinfo"], [30, 25, 15, 15, 10, 5])[0]
    time = f"{iso(at)}.{rng.randint(0, 999999):06d}+0000"
    record = {"timestamp": time, "flow_id": rng.randint(10**15, 2 * 10**15), "in_iface": "eth0", "event_type": kind, "src_ip": address(rng),
              "src_port": rng.randint(1024, 65535), "dest_ip": address(rng), "dest_port": rng.choice([53, 80, 443, 22]),
              "proto": "UDP" if kind == "dns" else "TCP"}
    return record | eve_parts(rng, kind, time)


def zeek_parts(rng, log):
    if log == "conn":
        return {"proto": "tcp", "service": "ssl", "duration": rng.randint(0, 10**7) / 1e6, "orig_bytes": rng.randint(0, 9999),
                "resp_bytes": rng.randint(0, 99999), "conn_state": "SF", "local_orig": True, "local_resp": False, "missed_bytes": 0,
                "history": "ShADadFf", "orig_pkts": rng.randint(1, 50), "orig_ip_bytes": rng.randint(60, 9999),
                "resp_pkts": rng.randint(1, 50), "resp_ip_bytes": rng.randint(60, 99999)}
    if log == "dns":
        return {"proto": "udp", "trans_id": rng.randint(0, 65535), "rtt": rng.randint(0, 10**5) / 1e6, "query": rng.choice(HOSTS), "qclass": 1,
                "qclass_name": "C_INTERNET", "qtype": 1, "qtype_name": "A", "rcode": 0, "rcode_name": "NOERROR", "AA": False, "TC": False,
                "RD": True, "RA": True, "Z": 0, "answers": [rng.choice(HOSTS), address(rng)], "TTLs": [60.0, 30.0], "rejected": False}
    if log == "http":
        return {"trans_depth": 1, "method": "GET", "host": rng.choice(HOSTS), "uri": f"/a/{rng.randint(0, 999)}?x={rng.randint(0, 999)}",
                "version": "1.1", "user_agent": AGENT, "request_body_len": 0, "response_body_len": rng.randint(0, 99999), "status_code": 200,
                "status_msg": "OK", "tags": [], "resp_fuids": ["F" + digits(rng, 56)], "resp_mime_types": ["text/html"]}
    return {"version": "TLSv12", "cipher": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "curve": "secp256r1", "server_name": rng.choice(HOSTS),
            "resumed": False, "established": True, "cert_chain_fuids": ["F" + digits(rng, 56)], "subject": "CN=*.example",
            "issuer": "CN=Example CA,O=Example,C=US", "validation_status": "ok"}


def zeek_record(rng, at):
    log = rng.choices(["conn", "dns", "http", "ssl"], [50, 25, 13, 12])[0]
    record = {"_path": log, "ts": round(at + rng.randint(0, 9999) / 1e6, 6), "uid": "C" + digits(rng, 56),
              "id.orig_h": address(rng), "id.orig_p": rng.randint(1024, 65535), "id.resp_h": address(rng), "id.resp_p": 443}
    return record | zeek_parts(rng, log)


def windows_data(rng, code, user):
    if code == 4688:
        return {"NewProcessName": "C:\\Windows\\System32\\cmd.exe", "CommandLine": f"cmd.exe /c whoami /all {rng.randint(0, 999)}",
                "ParentProcessName": "C:\\Windows\\explorer.exe", "NewProcessId": f"0x{digits(rng, 16)}", "TokenElevationType": "%%1936"}
    if code == 5140:
        return {"ShareName": f"\\\\*\\share{rng.randint(1, 20)}", "ShareLocalPath": "\\??\\C:\\share", "AccessMask": "0x1", "IpAddress": inside(rng),
                "IpPort": str(ephemeral(rng))}
    return {"TargetUserName": user, "TargetDomainName": "EXAMPLE", "TargetUserSid": f"S-1-5-21-1-2-3-{rng.randint(1000, 1999)}",
            "TargetLogonId": f"0x{digits(rng, 32)}", "LogonType": str(rng.choice((2, 3, 10))), "LogonProcessName": "Kerberos",
            "AuthenticationPackageName": "Kerberos", "WorkstationName": f"PC{rng.randint(1, 300)}", "LogonGuid": "{%s}" % digits(rng, 128),
            "IpAddress": inside(rng), "IpPort": str(ephemeral(rng)), "ProcessName": "-", "KeyLength": "0"}


def windows_record(rng, at):
    code, user = rng.choice((4624, 4624, 4625, 4688, 5140)), rng.choice(USERS)
    subject = {"SubjectUserSid": "S-1-5-18", "SubjectUserName": "DC1$", "SubjectDomainName": "EXAMPLE", "SubjectLogonId": "0x3e7"}
    data = subject | windows_data(rng, code, user)
    text = "An account was successfully logged on.\n\n" + "".join(f"\t{name}:\t\t{value}\n" for name, value in data.items())
    time = f"{iso(at)}.{rng.randint(0, 999):03d}Z"
    return {"@timestamp": time, "message": text, "host": {"name": "dc1.example.org"},
            "event": {"kind": "event", "code": str(code), "provider": "Microsoft-Windows-Security-Auditing", "created": time,
                      "outcome": "failure" if code == 4625 else "success"},
            "log": {"level": "information"}, "ecs": {"version": "8.0.0"},
            "agent": {"name": "DC1", "type": "winlogbeat", "version": "8.11.1", "id": "11112222-3333-4444-5555-666677778888",
                      "ephemeral_id": "88887777-6666-5555-4444-333322221111"},
            "winlog": {"channel": "Security", "computer_name": "dc1.example.org", "record_id": rng.getrandbits(30), "event_id": str(code),
                       "provider_name": "Microsoft-Windows-Security-Auditing", "provider_guid": "{54849625-5478-4994-A5BA-3E3B0328C30D}",
                       "api": "wineventlog", "opcode": "Info", "task": "Logon", "version": 2, "keywords": ["Audit Success"],
                       "activity_id": "{%s}" % digits(rng, 128), "process": {"pid": 620, "thread": {"id": rng.randint(100, 9999)}}, "event_data": data}}


def compact(record):
    return json.dumps(record, separators=(",", ":"))


def eve(rng, at):
    return compact(eve_record(rng, at))


def eve_with_packet(rng, at):
    """With the packet that Suricata adds where it is told to."""
    return compact(eve_record(rng, at) | {"packet": base64.b64encode(rng.randbytes(320)).decode()})


def zeek(rng, at):
    return compact(zeek_record(rng, at))


def windows(rng, at):
    return compact(windows_record(rng, at))
