# SPDX-License-Identifier: BSD-2-Clause
# from a frame to a payload
target_sources(inspect_core PRIVATE
    config_tunnel.c decode.c decode_show.c defrag.c tunnel_show.c tunnel_table.c)
