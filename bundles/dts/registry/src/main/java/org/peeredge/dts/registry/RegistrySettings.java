// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.peeredge.kernel.api.ConfigCheck;

/**
 * The configuration, checked, in the types that the code works with. See {@link RegistryConfig} for
 * what each is.
 */
public record RegistrySettings(
        String host,
        int port,
        int maxRequests,
        int maxHeaderBytes,
        Duration idle,
        Path dataDir,
        boolean push,
        boolean remotePush,
        Path pushTokenFile,
        long maxUploadBytes,
        int maxUploads,
        Duration uploadExpiry,
        Duration publishTimeout,
        List<String> upstreams,
        String defaultUpstream,
        Duration upstreamTimeout,
        Duration upstreamStall,
        int upstreamParallel,
        Optional<Path> credentialsFile,
        Optional<Path> authoritiesFile,
        Duration absentLife,
        Duration producedLife,
        Duration tagLife,
        Duration tagStale,
        boolean originsOnly,
        int maxTags,
        Duration resolveTimeout,
        int resolveMembers,
        Duration meshTimeout,
        Duration manifestTimeout,
        Duration blobTimeout,
        Duration blobStall) {

    /**
     * Checks a component's configuration; the data folder's default lies below {@code karaf.data}.
     */
    public static RegistrySettings of(RegistryConfig config, BundleContext context) {
        String data = context.getProperty("karaf.data");
        return of(config, data == null ? "" : data);
    }

    /**
     * Checks a configuration.
     *
     * @param karafData the framework's data folder, empty outside Karaf: then {@code data.dir} must
     *     be set
     * @throws IllegalArgumentException naming PID and key
     */
    public static RegistrySettings of(RegistryConfig config, String karafData) {
        ConfigCheck check = new ConfigCheck(RegistryConfig.PID);
        if (config.data_dir().isBlank() && karafData.isBlank()) {
            throw check.bad("data.dir", "", "must be set outside Karaf");
        }
        Path data =
                config.data_dir().isBlank()
                        ? Path.of(karafData, "peeredge", "registry")
                        : Path.of(config.data_dir());
        Path token =
                config.push_token_file().isBlank()
                        ? data.resolve("push.token")
                        : Path.of(config.push_token_file());
        return new RegistrySettings(
                check.notBlank("host", config.host()),
                check.range("port", config.port(), 0, 65_535),
                check.range("requests.max", config.requests_max(), 1, 10_000),
                check.range("header.max.bytes", config.header_max_bytes(), 1024, 1 << 20),
                seconds(check, "idle.seconds", config.idle_seconds(), 1, 3600),
                data,
                config.push_enabled(),
                config.push_remote(),
                token,
                check.range("upload.max.bytes", config.upload_max_bytes(), 1, 1L << 40),
                check.range("uploads.max", config.uploads_max(), 1, 1000),
                seconds(check, "upload.expiry.seconds", config.upload_expiry_seconds(), 10, 86_400),
                seconds(
                        check,
                        "publish.timeout.seconds",
                        config.publish_timeout_seconds(),
                        1,
                        3600),
                // One line of a .cfg file may hold several, separated by commas.
                Arrays.stream(config.upstreams())
                        .flatMap(line -> Arrays.stream(line.split(",", -1)))
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList(),
                Repository.registry(config.default_upstream())
                        .orElseThrow(() ->
                                check.bad(
                                        "default.upstream",
                                        config.default_upstream(),
                                        "must be a registry's name, such as docker.io")),
                seconds(
                        check,
                        "upstream.timeout.seconds",
                        config.upstream_timeout_seconds(),
                        1,
                        60),
                seconds(check, "upstream.stall.seconds", config.upstream_stall_seconds(), 1, 300),
                check.range("upstream.requests.max", config.upstream_requests_max(), 1, 1000),
                file(config.upstream_credentials_file()),
                file(config.upstream_ca_file()),
                seconds(check, "absent.ttl.seconds", config.absent_ttl_seconds(), 0, 3600),
                seconds(check, "produced.ttl.seconds", config.produced_ttl_seconds(), 0, 3600),
                seconds(check, "tag.ttl.seconds", config.tag_ttl_seconds(), 0, 86_400),
                seconds(check, "tag.stale.seconds", config.tag_stale_seconds(), 0, 31_536_000),
                originsOnly(check, config.tag_publishers()),
                check.range("tags.max", config.tags_max(), 10, 10_000_000),
                Duration.ofMillis(
                        check.range(
                                "resolve.timeout.millis",
                                config.resolve_timeout_millis(),
                                10,
                                10_000)),
                check.range("resolve.members.max", config.resolve_members_max(), 0, 1000),
                seconds(check, "mesh.timeout.seconds", config.mesh_timeout_seconds(), 1, 60),
                seconds(
                        check,
                        "manifest.timeout.seconds",
                        config.manifest_timeout_seconds(),
                        1,
                        120),
                seconds(check, "blob.timeout.seconds", config.blob_timeout_seconds(), 1, 300),
                seconds(check, "blob.stall.seconds", config.blob_stall_seconds(), 1, 600));
    }

    private static Optional<Path> file(String name) {
        return name.isBlank() ? Optional.empty() : Optional.of(Path.of(name));
    }

    private static Duration seconds(ConfigCheck check, String key, int value, int min, int max) {
        return Duration.ofSeconds(check.range(key, value, min, max));
    }

    private static boolean originsOnly(ConfigCheck check, String value) {
        return switch (value) {
            case "members" -> false;
            case "origin" -> true;
            default -> throw check.bad("tag.publishers", value, "must be members or origin");
        };
    }
}
