// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * The configuration {@code org.peeredge.dts.registry}. An underscore in a method's name is a dot in
 * the key. Not nested, since the bundle's components share it.
 */
@ObjectClassDefinition(
        name = "PeerEdge registry",
        description = "The OCI registry that container engines pull from and push to")
@SuppressWarnings("MemberName") // DS makes keys with dots from underscores.
public @interface RegistryConfig {
    /** The configuration's PID. */
    String PID = "org.peeredge.dts.registry";

    /** Address to listen on. */
    @AttributeDefinition(description = "Address to listen on; there is no TLS, so keep it loopback")
    String host() default "127.0.0.1";

    /** Port. */
    @AttributeDefinition(
            description = "Port to listen on, 0: any free one",
            min = "0",
            max = "65535")
    int port() default 7450;

    /** Where uploads and the push token lie. */
    @AttributeDefinition(
            required = false,
            description =
                    "Folder for uploads and the push token; empty: peeredge/registry below karaf.data")
    String data_dir() default "";

    /** Requests at once. */
    @AttributeDefinition(description = "Requests handled at once", min = "1", max = "10000")
    int requests_max() default 256;

    /** Header bytes. */
    @AttributeDefinition(
            description = "Longest request line and headers",
            min = "1024",
            max = "1048576")
    int header_max_bytes() default 32768;

    /** Patience with a client. */
    @AttributeDefinition(
            description = "How long a client may send or take nothing",
            min = "1",
            max = "3600")
    int idle_seconds() default 60;

    /** Push or pull only. */
    @AttributeDefinition(description = "Whether pushing is possible")
    boolean push_enabled() default true;

    /** The token. */
    @AttributeDefinition(
            required = false,
            description =
                    "File with the push token, made when missing; empty: push.token in data.dir")
    String push_token_file() default "";

    /** Push from elsewhere. */
    @AttributeDefinition(
            description =
                    "Whether to take pushes from other machines: the token crosses the network in clear")
    boolean push_remote() default false;

    /** Longest upload. */
    @AttributeDefinition(
            description = "Largest blob to take by push",
            min = "1",
            max = "1099511627776")
    long upload_max_bytes() default 17_179_869_184L;

    /** Uploads at once. */
    @AttributeDefinition(description = "Uploads open at once", min = "1", max = "1000")
    int uploads_max() default 32;

    /** Abandoned uploads. */
    @AttributeDefinition(
            description = "An upload untouched for so long is dropped",
            min = "10",
            max = "86400")
    int upload_expiry_seconds() default 3600;

    /** Time to take a manifest. */
    @AttributeDefinition(
            description = "Longest time to fetch and announce what a pushed manifest names",
            min = "1",
            max = "3600")
    int publish_timeout_seconds() default 120;

    /** Upstreams. */
    @AttributeDefinition(description = "Registries to fetch from, name=url each")
    String[] upstreams() default {"docker.io=https://registry-1.docker.io"};

    /** Default upstream. */
    @AttributeDefinition(description = "The registry meant by a request without ns=")
    String default_upstream() default "docker.io";

    /** Headers of an upstream. */
    @AttributeDefinition(
            description = "Longest wait for an upstream's connection, and for its headers",
            min = "1",
            max = "60")
    int upstream_timeout_seconds() default 10;

    /** Stalls of an upstream. */
    @AttributeDefinition(
            description = "Longest silence of an upstream inside a body",
            min = "1",
            max = "300")
    int upstream_stall_seconds() default 20;

    /** Requests to upstreams at once. */
    @AttributeDefinition(
            description = "Requests to upstreams waiting for headers at once",
            min = "1",
            max = "1000")
    int upstream_requests_max() default 32;

    /** Credentials. */
    @AttributeDefinition(
            required = false,
            description =
                    "File with lines registry=user:password; what is fetched with them stays on this node")
    String upstream_credentials_file() default "";

    /** Authorities. */
    @AttributeDefinition(
            required = false,
            description =
                    "PEM file with certificates of authorities to trust for upstreams, beside the Java runtime's")
    String upstream_ca_file() default "";

    /** Negative answers. */
    @AttributeDefinition(
            description = "How long an upstream's 'not there' is believed",
            min = "0",
            max = "3600")
    int absent_ttl_seconds() default 5;

    /** Positive answers. */
    @AttributeDefinition(
            description = "How long 'can be produced' is believed for a blob that is elsewhere",
            min = "0",
            max = "3600")
    int produced_ttl_seconds() default 60;

    /** Tag freshness. */
    @AttributeDefinition(
            description = "How long an upstream's tag is served without asking again",
            min = "0",
            max = "86400")
    int tag_ttl_seconds() default 30;

    /** Tag staleness. */
    @AttributeDefinition(
            description =
                    "How old a tag may be that is served while its upstream is away; 0: none is",
            min = "0",
            max = "31536000")
    int tag_stale_seconds() default 604_800;

    /** Who may publish tags. */
    @AttributeDefinition(
            description =
                    "Whose published tags are believed: members, or origin for members with that role only")
    String tag_publishers() default "members";

    /** Tags kept. */
    @AttributeDefinition(description = "Tags kept on this node", min = "10", max = "10000000")
    int tags_max() default 100_000;

    /** Tag questions. */
    @AttributeDefinition(
            description = "Longest wait for the members' answers about a tag",
            min = "10",
            max = "10000")
    int resolve_timeout_millis() default 500;

    /** Members asked. */
    @AttributeDefinition(description = "Members asked about a tag", min = "0", max = "1000")
    int resolve_members_max() default 64;

    /** Members' content. */
    @AttributeDefinition(
            description = "Longest wait for members to say whether they have content",
            min = "1",
            max = "60")
    int mesh_timeout_seconds() default 3;

    /** Manifests. */
    @AttributeDefinition(
            description = "Longest time to find a manifest and check what it names",
            min = "1",
            max = "120")
    int manifest_timeout_seconds() default 20;

    /** Blobs. */
    @AttributeDefinition(
            description = "Longest wait for a source of a blob",
            min = "1",
            max = "300")
    int blob_timeout_seconds() default 30;

    /** Stalls of blobs. */
    @AttributeDefinition(
            description = "Longest time without progress of a blob that a client waits for",
            min = "1",
            max = "600")
    int blob_stall_seconds() default 45;
}
