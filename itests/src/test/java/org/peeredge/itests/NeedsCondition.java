// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.peeredge.itests.lab.Commands;

/**
 * Looks whether the machine has what a test {@link Needs}. Not an assumption in a {@code
 * BeforeAll}: surefire counts no test then, and loses the reason.
 */
final class NeedsCondition implements ExecutionCondition {
    /** Of netlab, and of the mesh in it, whose origin is told what to do over ssh. */
    private static final List<String> LAB =
            List.of("ip", "nft", "tc", "python3", "ssh", "curl", "docker-registry", "skopeo");

    /** The Debian packages of programs that have another name. */
    private static final Map<String, String> PACKAGES =
            Map.of(
                    "ctr", "containerd",
                    "docker", "docker.io",
                    "dockerd", "docker.io",
                    "fallocate", "util-linux",
                    "ip", "iproute2",
                    "nft", "nftables",
                    "ssh", "openssh-client",
                    "tc", "iproute2");

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<Needs> found = AnnotationSupport.findAnnotation(context.getElement(), Needs.class);
        if (found.isEmpty()) {
            return ConditionEvaluationResult.enabled("needs nothing");
        }
        Needs needs = found.get();
        List<String> missing = new ArrayList<>();
        String rootFor = needs.lab() ? "network namespaces" : needs.rootFor();
        if (!rootFor.isEmpty() && !System.getProperty("user.name").equals("root")) {
            missing.add("root, for " + rootFor);
        }
        String packages =
                Stream.concat(needs.lab() ? LAB.stream() : Stream.of(), Stream.of(needs.programs()))
                        .filter(program -> !Commands.has(program))
                        .map(program -> PACKAGES.getOrDefault(program, program))
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining(" "));
        if (!packages.isEmpty()) {
            missing.add("the Debian packages " + packages);
        }
        return missing.isEmpty()
                ? ConditionEvaluationResult.enabled("all is here")
                : ConditionEvaluationResult.disabled("needs " + String.join(" and ", missing));
    }
}
