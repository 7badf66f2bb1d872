// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/simulation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace dims::sim {
namespace {

constexpr int kRestRounds = 3000;
constexpr int kQuietRounds = 14;  // of half a second
constexpr int kHoleSteps = 24;
constexpr int kAloneRounds = 6;
constexpr const char* kFaultNames[] = {"", "", "power goes at sync or write ", "error at call ",
                                       "full at write "};

}  // namespace

Simulation::Site::Site(std::size_t index, std::size_t sites, const Mutation& mutation,
                       SimulatedClock& clock, SeededRandom& random)
    : network(random, index, sites),
      agent(random.Uint64(), index, mutation, clock, random, network, record) {
  network.Mutate(mutation);
}

Simulation::Simulation(std::uint64_t seed, const Faults& faults, const Mutation& mutation)
    : faults_(faults),
      mutation_(mutation),
      random_(seed),
      server_(random_.Uint64(), mutation, clock_, random_, networks_),
      restores_often_(random_.OneIn(2)),
      days_pass_(random_.OneIn(2)),
      steps_between_strikes_(10 * (1 + random_.Below(3))) {
  const std::size_t sites = 1 + random_.Below(3);
  for (std::size_t index = 0; index < sites; ++index) {
    sites_.push_back(std::make_unique<Site>(index, sites, mutation, clock_, random_));
    if (faults_.no_ring) sites_.back()->agent.KeepNoRing();
    networks_.Add(sites_.back()->network);
  }
}

void Simulation::Note(const std::string& what) {
  verdict_.journal.push_back(absl::StrCat(verdict_.journal.size() + 1, " ", what));
}

void Simulation::Violate(const std::string& what) {
  if (verdict_.violation.empty()) verdict_.violation = what;
}

Verdict Simulation::Run() {
  server_.Start();
  for (const auto& site : sites_) site->agent.Start();
  for (int step = 0; step < kSteps; ++step) {
    Step();
    if (!verdict_.violation.empty()) return verdict_;
  }
  Note("repair and rest");
  std::vector<CrashVfs*> disks = {&server_.disk(), &server_.day_disk()};
  for (const auto& site : sites_) disks.push_back(&site->agent.disk());
  for (CrashVfs* disk : disks) {
    disk->ClearFault();
    if (!disk->power_was_cut()) disk->CutPowerAtSync(0);
    if (!disk->power_was_cut()) disk->CutPowerAtWrite(0);
  }
  // What a passing fault hid from the last start is found by the next one.
  if (server_.running() && server_.MissesBlocks()) server_.Kill();
  if (ComeToRest()) {
    Judge();
  } else {
    std::string deaths = server_.death();
    for (const auto& site : sites_) absl::StrAppend(&deaths, "; agent: ", site->agent.death());
    Violate(absl::StrCat("does not come to rest; server: ", deaths));
  }
  return verdict_;
}

void Simulation::Step() {
  clock_.Advance(absl::Milliseconds(static_cast<std::int64_t>(random_.Below(400))));
  if (random_.OneIn(steps_between_strikes_)) Strike();
  StrikeReaders();
  RestoreServerWhenDue();
  CountFired();
  for (const auto& site : sites_) site->agent.CheckHealth();
  if (server_.running() && server_.disk().power_was_cut()) server_.Kill();
  Revive();
  Site& site = AnySite();
  switch (random_.Below(11)) {
    case 0:
    case 1:
    case 2:
    case 3:
      StepAgent(site);
      break;
    case 4:
    case 5:
      site.agent.Tick();
      break;
    case 6:
    case 7:
      if (site.network.HasForServer()) {
        server_.Receive(site.agent.index(), site.network.TakeForServer());
      }
      break;
    case 8:
      server_.Commit();
      break;
    default:
      Hand(site);
      break;
  }
  if (random_.OneIn(10)) server_.Seal(false, random_.OneIn(8));
  if (days_pass_ && random_.OneIn(80)) PassDays();
  if (server_.running() && random_.OneIn(12)) JudgeCopies();
}

void Simulation::StepAgent(Site& site) {
  switch (random_.Below(10)) {
    case 0:
    case 1:
    case 2:
      site.agent.WriteFile(1 + static_cast<int>(random_.Below(4)));
      break;
    case 3:
    case 4:
      site.agent.ReceiveDatagrams(1 + static_cast<int>(random_.Below(3)));
      break;
    case 5:
      if (random_.OneIn(2)) site.agent.Tidy();
      break;
    case 6:
      if (!faults_.rotation || !random_.OneIn(2)) break;
      switch (random_.Below(3)) {
        case 0:
          verdict_.rotations += site.agent.Rotate() ? 1U : 0U;
          break;
        case 1:
          verdict_.rotations += site.agent.Truncate() ? 1U : 0U;
          break;
        default:
          verdict_.rotations += site.agent.Delete() ? 1U : 0U;
          break;
      }
      break;
    default:
      site.agent.Poll(random_.OneIn(2));
      break;
  }
}

void Simulation::PassDays() {
  clock_.Advance(absl::Hours(24));
  Note("a day passes");
  server_.DropExpired();
}

void Simulation::Hand(Site& site) {
  if (site.agent.running() && site.network.HasForAgent()) {
    site.network.HandToAgent(site.agent.forwarder(), server_.running());
  }
}

void Simulation::Revive() {
  for (const auto& site : sites_) {
    if (!site->agent.running() && random_.OneIn(3)) site->agent.Start();
  }
  if (!server_.running() && random_.OneIn(3)) server_.Start();
}

void Simulation::Strike() {
  const std::uint64_t what = random_.Below(restores_often_ ? 14 : 8);
  Site& site = AnySite();
  if (what == 0 && faults_.cuts) {
    Note("a stream is cut");
    ++verdict_.faults;
    site.network.Cut();
  } else if (what == 1 && faults_.cuts && !site.network.PeekForServer().empty()) {
    Note("a message arrives twice");
    ++verdict_.faults;
    const SimNetwork::Arrival first = site.network.TakeForServer();
    server_.Receive(site.agent.index(), first);
    server_.Receive(site.agent.index(), first);
  } else if (what <= 3) {
    StrikeAgent();
  } else if (what <= 5) {
    StrikeServer();
  } else {
    Restore();
  }
}

// What is read again and not yet committed hangs on the hole alone.
void Simulation::StrikeReaders() {
  for (const auto& site : sites_) {
    if (site->agent.TakeHolesBegun()) {
      site->hole_steps = kHoleSteps;
      ++verdict_.holes;
    }
    if (site->hole_steps == 0) continue;
    --site->hole_steps;
    if (!site->agent.running() || !random_.OneIn(4)) continue;
    site->hole_steps = 0;
    Note(absl::StrCat("agent ", site->agent.index(), " is killed with a hole"));
    ++verdict_.faults;
    site->agent.Kill();
  }
}

void Simulation::StrikeAgent() {
  Site& site = AnySite();
  const std::uint64_t kind = random_.Below(faults_.disk_errors ? 5 : 3);
  const std::string who = absl::StrCat("agent ", site.agent.index());
  if (kind == 0) {
    Note(absl::StrCat(who, " is killed"));
    if (site.agent.running()) site.agent.Kill();
  } else if (kind == 1) {
    Note(absl::StrCat("the power of ", who, " is cut"));
    site.agent.CutPower();
  } else {
    const std::uint64_t nth = 1 + random_.Below(6);
    Note(absl::StrCat("the disk of ", who, ": ", kFaultNames[kind], nth));
    Arm(site.agent.disk(), kind, nth, random_.OneIn(2));
    site.armed = true;
  }
  if (kind < 2) ++verdict_.faults;
}

void Simulation::StrikeServer() {
  const std::uint64_t kind = random_.Below(faults_.disk_errors ? 5 : 3);
  if (kind == 0) {
    Note("the server is killed");
    if (server_.running()) server_.Kill();
  } else if (kind == 1) {
    Note("the server's power is cut");
    server_.CutPower();
  } else {
    const std::uint64_t nth = 1 + random_.Below(6);
    const bool of_days = kind > 2 && random_.OneIn(3);
    Note(absl::StrCat(
        of_days ? "the disk of day files: " : "the server's disk: ", kFaultNames[kind], nth));
    Arm(of_days ? server_.day_disk() : server_.disk(), kind, nth, random_.OneIn(2));
    (of_days ? day_armed_ : server_armed_) = true;
  }
  if (kind < 2) ++verdict_.faults;
}

void Simulation::Arm(CrashVfs& disk, std::uint64_t kind, std::uint64_t nth, bool either) {
  if (kind == 2) {
    either ? disk.CutPowerAtSync(nth) : disk.CutPowerAtWrite(nth);
  } else if (kind == 3) {
    disk.Fail(either ? CrashVfs::Fault::kSync : CrashVfs::Fault::kInputOutput, nth,
              CrashVfs::Persistence::kOnce);
  } else {
    disk.Fail(CrashVfs::Fault::kDiskFull, nth, CrashVfs::Persistence::kOnce);
  }
}

// A fault that waited in a disk counts when it has struck.
void Simulation::CountFired() {
  for (const auto& site : sites_) {
    CrashVfs& disk = site->agent.disk();
    if (!site->armed || !(disk.power_was_cut() || disk.fault_fired())) continue;
    ++verdict_.faults;
    site->armed = false;
  }
  if (server_armed_ && (server_.disk().power_was_cut() || server_.disk().fault_fired())) {
    ++verdict_.faults;
    server_armed_ = false;
  }
  if (day_armed_ && server_.day_disk().fault_fired()) {
    ++verdict_.faults;
    day_armed_ = false;
  }
}

void Simulation::Restore() {
  const bool of_agent = faults_.agent_restore && (!faults_.server_restore || random_.OneIn(2));
  Site& site = AnySite();
  if (of_agent) {
    const std::string who = absl::StrCat("agent ", site.agent.index());
    if (!site.agent.has_backup() || random_.OneIn(3)) {
      Note(absl::StrCat(who, " is backed up"));
      site.agent.BackUp();
    } else {
      RestoreAgent(site);
    }
  } else if (faults_.server_restore) {
    if (!server_.has_backup() || random_.OneIn(3)) {
      BackUpServer();
    } else {
      RestoreServer();
    }
  }
}

// Half of them go on alone for a while, so that two histories have the same sequences.
void Simulation::RestoreAgent(Site& site) {
  ++verdict_.faults;
  while (!server_.running()) server_.Start();
  site.agent.Restore(server_.Lines(), faults_.machine_restore);
  const std::uint64_t rounds = random_.OneIn(2) ? 1 + random_.Below(kAloneRounds) : 0;
  Note(absl::StrCat("agent ", site.agent.index(), " is restored, alone for ", rounds));
  if (rounds == 0 || !site.agent.Start()) return;
  for (std::uint64_t round = 0; round < rounds && site.agent.running(); ++round) {
    site.agent.ReceiveDatagrams(1);
    site.agent.Poll(true);
  }
}

// A copy that knows nothing of a site's file excuses whatever it held: few of those.
void Simulation::BackUpServer() {
  for (std::size_t site = 0; site < sites_.size(); ++site) {
    const std::string log = sites_[site]->agent.SourceOf(kLog);
    if (!server_.Knows(site, log) && !random_.OneIn(16)) return;
  }
  Note("the server is backed up");
  server_.BackUp();
  restore_in_ = 30 + static_cast<int>(random_.Below(60));
}

// In runs that restore often: when the sites have gone on for a while since the copy was made.
void Simulation::RestoreServerWhenDue() {
  if (!faults_.server_restore || !restores_often_) return;
  if (restore_in_ == 0 && random_.OneIn(12)) BackUpServer();
  if (restore_in_ > 0 && --restore_in_ == 0) RestoreServer();
}

void Simulation::RestoreServer() {
  Note("the server is restored from an older copy");
  ++verdict_.faults;
  if (!server_.Restore()) Violate("a restored server goes on under a generation it had before");
  const StoredLines left = server_.Lines();
  for (std::size_t index = 0; index < sites_.size(); ++index) {
    SiteRecord& record = sites_[index]->record;
    for (const auto& [name, lines] : record.files) {
      if (server_.Knows(index, sites_[index]->agent.SourceOf(name))) continue;
      record.declarable.insert(lines.begin(), lines.end());
    }
    for (const LineId id : record.orphans) {
      if (!left.contains(id)) record.excused.insert(id);
    }
  }
}

// At rest for as long as a rotated file must be quiet.
bool Simulation::ComeToRest() {
  int quiet = 0;
  for (int round = 0; round < kRestRounds && quiet < kQuietRounds; ++round) {
    clock_.Advance(absl::Milliseconds(500));
    if (server_.running() && server_.disk().power_was_cut()) server_.Kill();
    if (!server_.running()) server_.Start();
    bool at_rest = true;
    for (const auto& site : sites_) {
      site->agent.CheckHealth();
      if (!site->agent.running()) site->agent.Start();
      site->agent.Poll(true);
      site->agent.Tick();
      while (site->network.HasForServer()) {
        server_.Receive(site->agent.index(), site->network.TakeForServer());
      }
    }
    server_.Commit();
    server_.Seal(false, false);
    for (const auto& site : sites_) {
      while (site->agent.running() && site->network.HasForAgent()) Hand(*site);
      at_rest = at_rest && site->agent.AtRest() && site->network.quiet();
    }
    at_rest = at_rest && server_.AtRest();
    quiet = at_rest ? quiet + 1 : 0;
    if (quiet == kQuietRounds && server_.RefillingGaps() != 0) quiet = 0;
  }
  return quiet >= kQuietRounds;
}

void Simulation::Judge() {
  if (random_.OneIn(2)) server_.Seal(true, false);
  const StoredLines searchable = server_.Lines();
  std::int64_t rows = 0;
  for (const auto& [id, copies] : searchable) rows += copies.sure + copies.maybe_repeated;
  server_.Kill();
  if (!server_.Start()) {
    Violate(absl::StrCat("the server does not start again: ", server_.death()));
  } else if (server_.MissesBlocks()) {
    Violate("the ledger names a block that is not there");
  } else if (server_.Lines() != searchable) {
    Violate("what was searchable is not what a restart finds");
  } else if (server_.expired_rows() == 0 && server_.RowsOfWindow() != rows) {
    Violate(absl::StrCat("a rule counted ", server_.RowsOfWindow(), " rows of ", rows));
  } else if (server_.mixed_sites()) {
    Violate("a line is stored under another site");
  } else {
    JudgeLines();
  }
}

void Simulation::JudgeCopies() {
  verdict_.repeated = 0;
  for (const auto& [id, copies] : server_.Lines()) {
    verdict_.repeated += static_cast<std::size_t>(copies.maybe_repeated);
    if (copies.sure > 1) Violate(absl::StrCat("line ", id, " is stored ", copies.sure, " times"));
  }
}

// It happened on a day that retention takes by now.
bool Simulation::Expired(const SiteRecord& record, LineId id) const {
  constexpr std::int64_t kDaySeconds = 24 * 3600;
  const std::int64_t today = absl::ToUnixSeconds(clock_.Now()) / kDaySeconds;
  return record.times.at(id) / kDaySeconds < today - kRetentionDays;
}

void Simulation::JudgeSite(const Site& site, const StoredLines& stored, std::size_t& missing) {
  const SiteRecord& record = site.record;
  const auto is_missing = [&](LineId id) { return !stored.contains(id) && !Expired(record, id); };
  for (const auto& [name, lines] : record.files) {
    for (const LineId id : lines) {
      if (record.excused.contains(id) || !is_missing(id)) continue;
      ++missing;
      Note(absl::StrCat("line ", id, " of ", name, " is missing"));
      if (record.declarable.contains(id)) continue;
      Violate(absl::StrCat("line ", id, " is missing though it can be read in ", name));
    }
  }
  for (const LineId id : record.accepted) {
    if (record.excused.contains(id) || !is_missing(id)) continue;
    if (missing++ == 0) Note(absl::StrCat("line ", id, " is missing"));
  }
}

void Simulation::JudgeLines() {
  const StoredLines stored = server_.Lines();
  std::size_t missing = 0;
  std::uint64_t dropped = 0;
  for (const auto& site : sites_) {
    JudgeSite(*site, stored, missing);
    dropped += site->agent.dropped_rows();
  }
  const std::int64_t declared = server_.DeclaredRows();
  Note(absl::StrCat("gaps: ", server_.Gaps()));
  verdict_.lines = stored.size();
  verdict_.sealed = server_.SealedRows();
  verdict_.expired = server_.expired_rows();
  JudgeCopies();
  verdict_.declared = static_cast<std::size_t>(declared);
  const bool went_back = faults_.server_restore || faults_.agent_restore;
  if (static_cast<std::int64_t>(missing) > declared) {
    Violate(absl::StrCat(missing, " lines are missing, ", declared, " are declared"));
  } else if (!went_back && (missing > 0 || declared > static_cast<std::int64_t>(dropped))) {
    Violate(absl::StrCat(missing, " lines are missing, ", declared, " are declared, ", dropped,
                         " were dropped, though no disk went back in time"));
  }
}

}  // namespace dims::sim
