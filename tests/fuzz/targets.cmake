# SPDX-License-Identifier: Apache-2.0
# One line a fuzz target: tests/fuzz/<name>_fuzz.cc, corpus in tests/fuzz/corpus/<name>.
dims_fuzz(join_token DEPS dims_common_crypto)
dims_fuzz(certificate DEPS dims_common_crypto)
dims_fuzz(batch_codec DEPS dims_common_event)
dims_fuzz(wire DEPS dims_common_delivery)
dims_fuzz(query_text DEPS dims_common_filter)
dims_fuzz(syslog_line DEPS dims_agent_parse)
dims_fuzz(json_line   DEPS dims_agent_parse)
dims_fuzz(text_format DEPS dims_agent_parse)
dims_fuzz(block_decoder DEPS dims_server_block)
dims_fuzz(syslog_framing DEPS dims_agent_inputs)
dims_fuzz(agent_config DEPS dims_agent_config)
dims_fuzz(indicator_list DEPS dims_server_intel)
