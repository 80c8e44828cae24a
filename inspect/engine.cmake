# SPDX-License-Identifier: BSD-2-Clause
# the command line, and the engine
target_sources(inspect_core PRIVATE
    config_input.c config_judge.c config_output.c
    bulk.c cuts.c engine.c engine_end.c engine_merge.c fast.c huge.c mapped.c order.c
    pack.c pagein.c pool.c pool_pack.c reader.c table.c trial.c)
