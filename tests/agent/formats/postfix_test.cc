// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/cut_line.h"

namespace dims {
namespace {

std::string Smtpd(absl::string_view text) {
  return absl::StrCat("Jan 12 10:00:00 mx postfix/smtpd[7]: ", text);
}

constexpr char kReject[] =
    "NOQUEUE: reject: RCPT from host.example[192.0.2.7]: 554 5.7.1 <a@b.example>: Relay access "
    "denied; from=<c@d.example> to=<a@b.example> proto=ESMTP helo=<x.example>";

TEST(PostfixTest, ReadsARefusal) {
  const ParsedLine line(Smtpd(kReject));
  EXPECT_EQ(line["event.dataset"], "postfix.log");
  EXPECT_EQ(line["event.category"], "email");
  EXPECT_EQ(line["event.type"], "denied");
  EXPECT_EQ(line["event.action"], "smtp_reject");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["network.protocol"], "smtp");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["source.domain"], "host.example");
  EXPECT_EQ(line["destination.domain"], "b.example");
  EXPECT_EQ(line["labels.email.from"], "c@d.example");
  EXPECT_EQ(line["labels.email.to"], "a@b.example");
  EXPECT_EQ(line["labels.smtp.helo"], "x.example");
}

TEST(PostfixTest, ReadsConnections) {
  const ParsedLine connect(Smtpd("connect from unknown[2001:db8::7]"));
  EXPECT_EQ(connect["event.action"], "smtp_connect");
  EXPECT_EQ(connect["source.ip"], "2001:db8::7");
  EXPECT_FALSE(connect.Stores("source.domain"));
  const ParsedLine end(Smtpd("disconnect from mx.example[192.0.2.7] ehlo=1 quit=1 commands=2"));
  EXPECT_EQ(end["event.action"], "smtp_disconnect");
  const ParsedLine lost(Smtpd("lost connection after AUTH from mx.example[192.0.2.7]"));
  EXPECT_EQ(lost["event.action"], "smtp_connection_lost");
  EXPECT_EQ(lost["source.domain"], "mx.example");
}

TEST(PostfixTest, ReadsLogins) {
  const ParsedLine failed(
      Smtpd("warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: x, sasl_username=ann"));
  EXPECT_EQ(failed["event.category"], "email,authentication");
  EXPECT_EQ(failed["event.outcome"], "failure");
  EXPECT_EQ(failed["user.name"], "ann");
  EXPECT_EQ(failed["source.ip"], "192.0.2.7");
  const ParsedLine ok(
      Smtpd("4F9D195432C: client=desk.example[192.0.2.7], sasl_method=PLAIN, sasl_username=ann"));
  EXPECT_EQ(ok["event.outcome"], "success");
  EXPECT_EQ(ok["labels.postfix.queue_id"], "4F9D195432C");
  EXPECT_EQ(ok["labels.postfix.sasl_method"], "PLAIN");
}

TEST(PostfixTest, ReadsWhereAMessageWent) {
  const ParsedLine sent(
      "Jan 12 10:00:00 mx postfix/smtp[7]: 4F9D195432C: to=<a@b.example>, "
      "relay=mx.b.example[198.51.100.9]:25, delay=0.1, dsn=2.0.0, status=sent (250 ok from=<z>)");
  EXPECT_EQ(sent["event.action"], "mail_sent");
  EXPECT_EQ(sent["destination.ip"], "198.51.100.9");
  EXPECT_EQ(sent["destination.port"], "25");
  EXPECT_EQ(sent["destination.domain"], "mx.b.example");
  EXPECT_EQ(sent["labels.postfix.status"], "sent");
  EXPECT_FALSE(sent.Stores("labels.email.from"));
  const ParsedLine deferred(
      "Jan 12 10:00:00 mx postfix/error[7]: 4F9D195432C: to=<a@b.example>, relay=none, "
      "status=deferred (suspended)");
  EXPECT_EQ(deferred["event.action"], "mail_deferred");
  EXPECT_EQ(deferred["destination.domain"], "b.example");
}

TEST(PostfixTest, ReadsTlsAndPostscreen) {
  const ParsedLine tls(Smtpd(
      "Anonymous TLS connection established from mx.example[192.0.2.7]: TLSv1.3 with cipher X "
      "(256/256 bits)"));
  EXPECT_EQ(tls["source.ip"], "192.0.2.7");
  EXPECT_EQ(tls["labels.tls.version"], "TLSv1.3");
  EXPECT_EQ(tls["labels.tls.cipher"], "X");
  const ParsedLine screen(
      "Jan 12 10:00:00 mx postfix/postscreen[7]: CONNECT from [192.0.2.7]:4711 to "
      "[198.51.100.1]:25");
  EXPECT_EQ(screen["source.port"], "4711");
  EXPECT_EQ(screen["destination.ip"], "198.51.100.1");
}

TEST(PostfixTest, ReadsThePolicyServices) {
  const ParsedLine grey(
      "Jan 12 10:00:00 mx postgrey[7]: action=greylist, reason=new, client_name=unknown, "
      "client_address=192.0.2.7/32, sender=c@d.example, recipient=a@b.example");
  EXPECT_EQ(grey["event.action"], "mail_policy");
  EXPECT_EQ(grey["source.ip"], "192.0.2.7");
  EXPECT_EQ(grey["labels.postfix.action"], "greylist");
  const ParsedLine spf(
      "Jan 12 10:00:00 mx policyd-spf[7]: Fail; identity=mailfrom; client-ip=192.0.2.7; "
      "helo=x.example; envelope-from=c@d.example; receiver=<UNKNOWN>");
  EXPECT_EQ(spf["event.outcome"], "failure");
  EXPECT_EQ(spf["labels.spf.verdict"], "Fail");
  EXPECT_EQ(spf["source.domain"], "x.example");
}

TEST(PostfixTest, KeepsWhatIsLeftOfACutLine) {
  ExpectEveryCutIsKept(Smtpd(kReject));
  ExpectEveryCutIsKept(
      "Jan 12 10:00:00 mx postfix/smtp[7]: 4F9D195432C: to=<a@b.example>, "
      "relay=mx.b.example[198.51.100.9]:25, status=sent (250 ok)");
}

}  // namespace
}  // namespace dims
