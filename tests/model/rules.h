// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dims::model {

// The rules of docs/protocol_model.md, each a switch. All true is the protocol; a mutant turns one
// off.
struct Rules {
  // The protocol's first version already had these.
  bool commit_before_ack = true;
  bool bookmark_with_batch = true;
  bool compare_chain = true;
  bool compare_at_watermark = true;  // false: only when the watermark happens to equal `acked`
  bool nonce_in_counter_bookmark = true;
  bool server_keeps_own_position = true;  // false: it takes over the agent's `acked`
  bool fence_older_streams = true;
  bool ack_log_of_all_epochs = true;   // false: only of the current one
  bool set_covered_rows_aside = true;  // false: they are deleted
  bool gap_for_unknown_epoch = true;
  bool only_newest_epoch_is_current = true;
  bool compare_chain_at_overlap = true;
  bool resend_whole_ring_on_new_epoch = true;  // false: only what is not acked
  bool reread_holes = true;
  bool verify_file_bookmarks = true;       // false: a bookmark covers whatever the file holds now
  bool counter_bookmark_per_nonce = true;  // false: the server keeps the latest nonce only

  // Added because the search found the first version to lose or double data (docs/decisions/0001).
  bool ack_log_takes_positions = true;
  bool server_draws_every_epoch = true;  // false: an empty server adopts the agent's
  bool positions_tell_declared = true;
  bool bookmark_never_goes_back = true;
  bool replace_only_acked_names = true;
  bool hold_rows_behind_a_hole = true;
  bool new_epoch_on_shortfall = true;
};

// How far one search goes.
struct Bounds {
  int file_items = 2;
  int counter_items = 2;
  int rows_per_batch = 2;
  int faults = 2;
  int in_flight = 2;

  // Which faults may strike.
  bool cut = true;
  bool lose_message = true;
  bool repeat_message = true;
  bool agent_crash = true;
  bool server_crash = true;
  bool agent_restore = true;
  bool machine_restore = true;  // the agent's buffer and the files it reads
  bool buffer_lost = true;
  bool server_restore = true;
  bool file_deleted = true;
  bool hollow = true;

  // Also judge a gap that names what is stored: the promise allows it, an analyst would rather not
  // see it.
  bool gaps_must_be_exact = false;
};

}  // namespace dims::model
