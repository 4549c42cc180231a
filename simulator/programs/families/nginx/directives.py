"""nginx's directives: where each may stand and how many words it takes.

Source: the alphabetical index of directives and the reference of each module that the official
image is built with, nginx.org/en/docs, for version 1.28.
"""

from __future__ import annotations

# Contexts: M main, E events, H http, S server, L location, I `if` in a server or location,
# X limit_except, U upstream, T stream (its servers and upstreams, too), A mail.
# Words: "2" exactly two, "1-3", "1+", "F" one that is on or off; "B..." has a block after them.
_TABLE = """
M: daemon F, master_process F, worker_processes 1, pid 1, user 1-2, env 1, load_module 1,
 lock_file 1, worker_cpu_affinity 1+, worker_priority 1, worker_rlimit_core 1,
 worker_rlimit_nofile 1, worker_shutdown_timeout 1, working_directory 1, pcre_jit F,
 thread_pool 2-3, timer_resolution 1, debug_points 1, ssl_engine 1, ssl_object_cache_inheritable F,
 events B0, http B0, stream B0, mail B0
MHSLTA: error_log 1+
E: worker_connections 1, use 1, multi_accept F, accept_mutex F, accept_mutex_delay 1,
 debug_connection 1, worker_aio_requests 1
HT: upstream B1, map B2, geo B1-2, split_clients B2, variables_hash_max_size 1,
 variables_hash_bucket_size 1, map_hash_max_size 1, map_hash_bucket_size 1
HTA: server B0
H: limit_req_zone 3-4, limit_conn_zone 2, log_format 2+, proxy_cache_path 2+,
 fastcgi_cache_path 2+, uwsgi_cache_path 2+, scgi_cache_path 2+, server_names_hash_max_size 1,
 server_names_hash_bucket_size 1, charset_map B2, types_hash 1, http2_max_concurrent_pushes 1,
 perl_modules 1, perl_require 1, js_import 1+, js_path 1, js_shared_dict_zone 1+
HS: client_header_buffer_size 1, client_header_timeout 1, large_client_header_buffers 2,
 ignore_invalid_headers F, merge_slashes F, underscores_in_headers F, request_pool_size 1,
 connection_pool_size 1, http2 F, http3 F, http2_max_requests 1, http2_recv_timeout 1,
 http2_idle_timeout 1, http2_max_concurrent_streams 1, quic_retry F, quic_gso F,
 quic_active_connection_id_limit 1, quic_host_key 1, http3_hq F, http3_stream_buffer_size 1,
 http3_max_concurrent_streams 1, keepalive_min_timeout 1
HSTA: ssl_certificate 1, ssl_certificate_key 1, ssl_protocols 1+, ssl_ciphers 1,
 ssl_prefer_server_ciphers F, ssl_session_cache 1-2, ssl_session_timeout 1, ssl_session_tickets F,
 ssl_session_ticket_key 1, ssl_dhparam 1, ssl_ecdh_curve 1, ssl_client_certificate 1,
 ssl_trusted_certificate 1, ssl_verify_client 1, ssl_verify_depth 1, ssl_crl 1,
 ssl_password_file 1, ssl_buffer_size 1, ssl_stapling F, ssl_stapling_verify F,
 ssl_stapling_file 1, ssl_stapling_responder 1, ssl_early_data F, ssl_conf_command 2,
 ssl_reject_handshake F, ssl_ocsp 1, ssl_ocsp_cache 1, ssl_ocsp_responder 1
HSLTA: resolver 1+, resolver_timeout 1
S: server_name 1+, ssl_certificate_cache 1+
STA: listen 1+
SL: location B1-2, try_files 2+
SLI: return 1-2, rewrite 2-3, set 2, break 0, if B1+, uninitialized_variable_warn F
T: ssl_preread F, proxy_connect_timeout 1, proxy_upload_rate 1, proxy_download_rate 1,
 proxy_responses 1, proxy_requests 1, proxy_protocol F, proxy_ssl F, proxy_buffer_size 1,
 proxy_socket_keepalive F, proxy_next_upstream F, proxy_timeout 1, proxy_bind 1-2, set 2, return 1,
 preread_timeout 1, preread_buffer_size 1, access_log 1+, log_format 2+, tcp_nodelay F, allow 1,
 deny 1, limit_conn 2, limit_conn_zone 2, pass 1
L: internal 0, alias 1, stub_status 0-1, empty_gif 0, flv 0, mp4 0, limit_except B1+,
 fastcgi_split_path_info 1, js_content 1, perl 1, api 0-1
LTIX: proxy_pass 1
LI: fastcgi_pass 1, uwsgi_pass 1, scgi_pass 1, grpc_pass 1, memcached_pass 1
HSLI: root 1, add_header 2-3, add_trailer 2-3, access_log 1+, error_page 2+, expires 1-2,
 default_type 1, gzip F, limit_rate 1, limit_rate_after 1, sendfile F, charset 1, ssi F
HSLX: allow 1, deny 1, auth_basic 1, auth_basic_user_file 1
HSL: index 1+, autoindex F, autoindex_exact_size F, autoindex_format 1, autoindex_localtime F,
 auth_delay 1, auth_request 1, auth_request_set 2, satisfy 1, client_max_body_size 1,
 client_body_buffer_size 1, client_body_timeout 1, client_body_temp_path 1-4,
 client_body_in_file_only 1, client_body_in_single_buffer F, keepalive_timeout 1-2,
 keepalive_requests 1, keepalive_time 1, keepalive_disable 1-2, lingering_close 1,
 lingering_time 1, lingering_timeout 1, reset_timedout_connection F, send_timeout 1,
 send_lowat 1, sendfile_max_chunk 1, tcp_nodelay F, tcp_nopush F, types B0, types_hash_max_size 1,
 types_hash_bucket_size 1, server_tokens 1, absolute_redirect F, server_name_in_redirect F,
 port_in_redirect F, etag F, if_modified_since 1, max_ranges 1, chunked_transfer_encoding F,
 log_not_found F, log_subrequest F, open_file_cache 1-2, open_file_cache_errors F,
 open_file_cache_min_uses 1, open_file_cache_valid 1, open_log_file_cache 1-4, output_buffers 2,
 postpone_output 1, read_ahead 1, recursive_error_pages F, aio 1, aio_write F, directio 1,
 directio_alignment 1, disable_symlinks 1-2, msie_padding F, msie_refresh F,
 subrequest_output_buffer_size 1, early_hints 1+, gzip_buffers 2, gzip_comp_level 1,
 gzip_disable 1+, gzip_http_version 1, gzip_min_length 1, gzip_proxied 1+, gzip_static 1,
 gzip_types 1+, gzip_vary F, gunzip F, gunzip_buffers 2, limit_req 1-3, limit_req_status 1,
 limit_req_log_level 1, limit_req_dry_run F, limit_conn 2, limit_conn_status 1,
 limit_conn_log_level 1, limit_conn_dry_run F, add_before_body 1, add_after_body 1,
 addition_types 1+, sub_filter 2, sub_filter_once F, sub_filter_types 1+,
 sub_filter_last_modified F, real_ip_header 1, set_real_ip_from 1, real_ip_recursive F,
 valid_referers 1+, referer_hash_max_size 1, referer_hash_bucket_size 1, random_index F,
 secure_link 1, secure_link_md5 1, secure_link_secret 1, slice 1, mirror 1, mirror_request_body F,
 dav_methods 1+, dav_access 1-3, create_full_put_path F, min_delete_depth 1, userid 1,
 userid_name 1, userid_domain 1, userid_expires 1, userid_path 1, userid_p3p 1, userid_mark 1,
 userid_service 1, userid_flags 1+, override_charset F, source_charset 1, charset_types 1+,
 ssi_types 1+, ssi_silent_errors F, ssi_value_length 1, ssi_min_file_chunk 1, ssi_last_modified F,
 http2_chunk_size 1, xslt_stylesheet 1+, xslt_types 1+, image_filter 1-3, modern_browser 1-2,
 ancient_browser 1+, proxy_set_header 2, proxy_hide_header 1, proxy_pass_header 1,
 proxy_http_version 1, proxy_buffering F, proxy_buffer_size 1, proxy_buffers 2,
 proxy_busy_buffers_size 1, proxy_max_temp_file_size 1, proxy_temp_file_write_size 1,
 proxy_temp_path 1-4, proxy_connect_timeout 1, proxy_read_timeout 1, proxy_send_timeout 1,
 proxy_redirect 1-2, proxy_request_buffering F, proxy_intercept_errors F, proxy_next_upstream 1+,
 proxy_next_upstream_timeout 1, proxy_next_upstream_tries 1, proxy_ignore_headers 1+,
 proxy_ignore_client_abort F, proxy_cache 1, proxy_cache_key 1, proxy_cache_valid 1+,
 proxy_cache_bypass 1+, proxy_no_cache 1+, proxy_cache_methods 1+, proxy_cache_min_uses 1,
 proxy_cache_use_stale 1+, proxy_cache_lock F, proxy_cache_lock_age 1, proxy_cache_lock_timeout 1,
 proxy_cache_revalidate F, proxy_cache_background_update F, proxy_cache_convert_head F,
 proxy_cache_max_range_offset 1, proxy_cookie_domain 1-2, proxy_cookie_path 1-2,
 proxy_cookie_flags 1-4, proxy_bind 1-2, proxy_method 1, proxy_pass_request_body F,
 proxy_pass_request_headers F, proxy_set_body 1, proxy_store 1, proxy_store_access 1-3,
 proxy_limit_rate 1, proxy_force_ranges F, proxy_headers_hash_max_size 1,
 proxy_headers_hash_bucket_size 1, proxy_send_lowat 1, proxy_socket_keepalive F,
 proxy_ssl_certificate 1, proxy_ssl_certificate_key 1, proxy_ssl_ciphers 1,
 proxy_ssl_protocols 1+, proxy_ssl_name 1, proxy_ssl_server_name F, proxy_ssl_session_reuse F,
 proxy_ssl_trusted_certificate 1, proxy_ssl_verify F, proxy_ssl_verify_depth 1, proxy_ssl_crl 1,
 proxy_ssl_password_file 1, proxy_ssl_conf_command 2, fastcgi_param 2-3, fastcgi_index 1,
 fastcgi_buffers 2, fastcgi_buffer_size 1, fastcgi_buffering F, fastcgi_busy_buffers_size 1,
 fastcgi_connect_timeout 1, fastcgi_read_timeout 1, fastcgi_send_timeout 1, fastcgi_cache 1,
 fastcgi_cache_key 1, fastcgi_cache_valid 1+, fastcgi_cache_bypass 1+, fastcgi_no_cache 1+,
 fastcgi_cache_use_stale 1+, fastcgi_cache_lock F, fastcgi_cache_min_uses 1,
 fastcgi_cache_methods 1+, fastcgi_hide_header 1, fastcgi_pass_header 1, fastcgi_ignore_headers 1+,
 fastcgi_ignore_client_abort F, fastcgi_intercept_errors F, fastcgi_keep_conn F,
 fastcgi_max_temp_file_size 1, fastcgi_temp_path 1-4, fastcgi_temp_file_write_size 1,
 fastcgi_next_upstream 1+, fastcgi_request_buffering F, fastcgi_catch_stderr 1,
 fastcgi_pass_request_headers F, fastcgi_pass_request_body F, uwsgi_param 2-3,
 uwsgi_read_timeout 1, uwsgi_send_timeout 1, uwsgi_connect_timeout 1, uwsgi_buffers 2,
 uwsgi_buffer_size 1, uwsgi_buffering F, uwsgi_modifier1 1, uwsgi_modifier2 1,
 uwsgi_temp_path 1-4, uwsgi_busy_buffers_size 1, uwsgi_intercept_errors F, uwsgi_hide_header 1,
 uwsgi_max_temp_file_size 1, scgi_param 2-3, scgi_temp_path 1-4, scgi_read_timeout 1,
 grpc_set_header 2, grpc_read_timeout 1, grpc_send_timeout 1, grpc_connect_timeout 1,
 grpc_buffer_size 1, grpc_hide_header 1, grpc_pass_header 1, grpc_intercept_errors F,
 grpc_next_upstream 1+, grpc_ssl_verify F, grpc_ssl_name 1, grpc_ssl_server_name F,
 grpc_ssl_trusted_certificate 1, grpc_socket_keepalive F, memcached_read_timeout 1,
 memcached_gzip_flag 1, js_header_filter 1, js_body_filter 1-2, js_set 2-3, perl_set 2
U: server 1+, keepalive 1-2, keepalive_timeout 1, keepalive_requests 1, keepalive_time 1,
 least_conn 0, ip_hash 0, hash 1-2, random 0-2, zone 1-2, resolver 1+, resolver_timeout 1,
 sticky 1+, queue 1-2, ntlm 0, state 1
A: auth_http 1, auth_http_header 2, auth_http_timeout 1, protocol 1, pop3_auth 1+,
 pop3_capabilities 1+, imap_auth 1+, imap_capabilities 1+, smtp_auth 1+, smtp_capabilities 1+,
 proxy_pass_error_message F, smtp_greeting_delay 1, starttls 1, timeout 1, xclient F, server_name 1
"""

Rule = tuple[int, int, bool, bool]
"""(fewest words, most words, has a block, is a flag)."""
BLOCKS = {"events": "E", "http": "H", "stream": "T", "mail": "A", "upstream": "U", "location": "L",
          "if": "I", "limit_except": "X"}  # fmt: skip
"""What context the block of a directive is; of `server` it depends on where that stands."""
FREE = ("types", "map", "geo", "split_clients", "charset_map")
"""Blocks in which every line is a row of a table."""


def _rule(text: str) -> Rule:
    block = text.startswith("B")
    words = text.removeprefix("B")
    if words == "F":
        return 1, 1, block, True
    low, _, high = words.rstrip("+").partition("-")
    most = 99_999 if words.endswith("+") else int(high or low)
    return int(low), most, block, False


def _read() -> dict[str, dict[str, Rule]]:
    table: dict[str, dict[str, Rule]] = {}
    for group in _TABLE.strip().replace("\n ", " ").split("\n"):
        contexts, _, rows = group.partition(":")
        for row in rows.split(","):
            name, rule = row.split()
            for context in contexts:
                table.setdefault(name, {}).setdefault(context, _rule(rule))
    table["include"] = dict.fromkeys("MEHSLIXUTA", _rule("1"))
    return table


TABLE = _read()
"""{directive: {context: rule}}"""
