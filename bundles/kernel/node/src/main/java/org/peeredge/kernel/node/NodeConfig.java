// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.peeredge.kernel.api.ConfigCheck;
import org.peeredge.kernel.node.trust.Credentials;
import org.peeredge.kernel.node.trust.HostPort;

/** The configuration {@code org.peeredge.kernel.node}, shared by the node and its door. */
@ObjectClassDefinition(
        name = "PeerEdge node",
        description = "The node's key, its mesh, and the authority's door.")
@interface NodeConfig {
    @AttributeDefinition(description = "folder of keys and certificates; back it up")
    String data_dir() default "${karaf.data}/peeredge/node";

    @AttributeDefinition(description = "make a mesh at first start; no effect in a mesh")
    boolean mesh_create() default false;

    @AttributeDefinition(description = "a join token is looked for here while in no mesh")
    String join_token_file() default "${karaf.etc}/join.token";

    @AttributeDefinition(description = "address that the authority's door listens on")
    String join_host() default "0.0.0.0";

    @AttributeDefinition(description = "port of the authority's door", min = "1", max = "65535")
    int join_port() default 7441;

    @AttributeDefinition(
            description = "host:port list for tokens; empty: this machine's addresses",
            required = false)
    String[] join_addresses() default {};

    @AttributeDefinition(
            description = "hours that a membership certificate lasts",
            min = "1",
            max = "8760")
    int certificate_life_hours() default 168;

    @AttributeDefinition(
            description = "minutes between questions to the authority for revocations",
            min = "1",
            max = "1440")
    int revocations_poll_minutes() default 60;

    /** Turns the configuration into settings, or says which key is wrong. */
    final class Check {
        private static final Pattern PROPERTY = Pattern.compile("\\$\\{([a-z.]+)}");
        private final ConfigCheck check = new ConfigCheck(NodeSettings.BUNDLE);
        private final NodeConfig config;
        private final Function<String, @Nullable String> properties;

        /**
         * For {@code config}.
         *
         * @param properties framework properties, for <code>${karaf.data}</code> and <code>
         *     ${karaf.etc}</code>
         */
        Check(NodeConfig config, Function<String, @Nullable String> properties) {
            this.config = config;
            this.properties = properties;
        }

        NodeSettings settings() {
            return new NodeSettings(
                    path("data.dir", config.data_dir()),
                    config.mesh_create(),
                    path("join.token.file", config.join_token_file()),
                    doors(),
                    Duration.ofHours(
                            check.range(
                                    "certificate.life.hours",
                                    config.certificate_life_hours(),
                                    1,
                                    8760)),
                    Duration.ofMinutes(
                            check.range(
                                    "revocations.poll.minutes",
                                    config.revocations_poll_minutes(),
                                    1,
                                    1440)));
        }

        String host() {
            return check.notBlank("join.host", config.join_host());
        }

        int port() {
            return check.range("join.port", config.join_port(), 1, 65535);
        }

        private Supplier<List<HostPort>> doors() {
            List<HostPort> fixed = new ArrayList<>();
            for (String address : config.join_addresses()) {
                if (address.isBlank()) {
                    continue;
                }
                try {
                    fixed.add(HostPort.parse(address));
                } catch (IllegalArgumentException e) {
                    throw check.bad("join.addresses", address, "must be host:port");
                }
            }
            if (fixed.size() > Credentials.MAX_DOORS) {
                throw check.bad(
                        "join.addresses",
                        Arrays.toString(config.join_addresses()),
                        "must name at most " + Credentials.MAX_DOORS);
            }
            String host = host();
            int port = port();
            return fixed.isEmpty() ? () -> LocalAddresses.of(host, port) : () -> fixed;
        }

        private Path path(String key, String value) {
            Matcher match = PROPERTY.matcher(check.notBlank(key, value));
            return Path.of(match.replaceAll(m -> Matcher.quoteReplacement(known(key, m.group(1)))));
        }

        /** Outside Karaf the folders lie in the working directory. */
        private String known(String key, String name) {
            String value = properties.apply(name);
            if (value != null) {
                return value;
            }
            return switch (name) {
                case "karaf.data" -> "data";
                case "karaf.etc" -> "etc";
                default ->
                        throw check.bad(key, "${" + name + "}", "names a property that is not set");
            };
        }
    }
}
