// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dims::sim {

// Deliberate mistakes, made around the classes that ship; each must be noticed.
struct Mutation {
  bool ack_before_commit = false;
  bool bookmark_before_batch = false;
  bool no_chain_compare = false;  // Position always shows the agent its own chain
  bool synchronous_normal = false;
  bool no_ack_log = false;
  bool day_file_after_ledger = false;   // a crash finds the block named but not written
  bool trust_any_bookmark = false;      // without a look at the file
  bool window_state_in_memory = false;  // survives a commit that failed
  bool rows_before_hole = false;        // what waits for a hole is sent before it is read again
  bool holes_not_read = false;          // what is in the file stays missing
  bool no_repeated_tag = false;         // rows sent in doubt are not marked
  bool generation_kept = false;         // by a server restored from an older copy
  bool retention_early = false;         // days go a day before their time
  bool sites_mixed = false;             // one site's rows are taken for another's
};

// What may go wrong in one run.
struct Faults {
  bool cuts = true;
  bool crashes = true;  // processes killed, power cut at a moment or inside a sync or write
  bool disk_errors = true;
  bool rotation = true;  // files renamed, truncated, deleted once they were read
  bool agent_restore = false;
  bool server_restore = false;
  bool no_ring = false;          // sites keep nothing that was acked: restores make holes
  bool machine_restore = false;  // the agent's restores take the file back as well
};

}  // namespace dims::sim
