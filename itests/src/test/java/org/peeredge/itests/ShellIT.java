// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;

/** The shell of the full assembly over ssh: keys only, and each role its commands. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShellIT {
    private static final String REFUSED = "Command not found";
    @TempDir private Path folder;
    private Assembly assembly;

    @BeforeAll
    void start() throws Exception {
        assembly = Assembly.unpack("full", folder);
        for (String name : List.of("op", "eve", "mallory")) {
            assembly.inside(
                    List.of(
                            "ssh-keygen",
                            "-q",
                            "-t",
                            "ecdsa",
                            "-N",
                            "",
                            "-f",
                            folder.resolve(name).toString()));
        }
        assembly.script("shell-user", "op", folder + "/op.pub", "admin");
        assembly.script("shell-user", "eve", folder + "/eve.pub", "viewer");
        assembly.script("start");
        assembly.script("status", "--wait", "120");
    }

    @AfterAll
    void stop() throws Exception {
        assembly.close();
    }

    @Test
    void anAdministratorMayDoEverything() throws Exception {
        assertTrue(ssh("op", "op", "jaas:whoami").contains("op"));
        assertTrue(ssh("op", "op", "feature:list -i").contains("peeredge-profile-server"));
        assertFalse(ssh("op", "op", "log:set INFO org.peeredge").contains(REFUSED));
    }

    @Test
    void aViewerLooksAndChangesNothing() throws Exception {
        assertTrue(ssh("eve", "eve", "jaas:whoami").contains("eve"));
        assertTrue(ssh("eve", "eve", "bundle:list").contains("PeerEdge"));
        for (String command :
                List.of(
                        "bundle:install file:x",
                        "bundle:stop 1",
                        "config:list",
                        "config:property-set -p a b c",
                        "feature:install ssh",
                        "log:set DEBUG",
                        "shell:cat etc/keys.properties",
                        "shell:exec ls",
                        "system:shutdown")) {
            assertTrue(ssh("eve", "eve", command).contains(REFUSED), command);
        }
    }

    @Test
    void nobodyElseGetsIn() {
        assertThrows(AssertionFailedError.class, () -> ssh("mallory", "mallory", "jaas:whoami"));
        assertThrows(AssertionFailedError.class, () -> ssh("op", "mallory", "jaas:whoami"));
        assertThrows(AssertionFailedError.class, () -> ssh("karaf", "op", "jaas:whoami"));
    }

    private String ssh(String user, String key, String command) throws Exception {
        List<String> line = new ArrayList<>(List.of("timeout", "30", "ssh", "-n", "-p", "8101"));
        line.addAll(List.of("-i", folder.resolve(key).toString(), "-o", "IdentitiesOnly=yes"));
        for (String option :
                List.of(
                        "BatchMode=yes",
                        "StrictHostKeyChecking=no",
                        "UserKnownHostsFile=/dev/null",
                        "LogLevel=ERROR")) {
            line.addAll(List.of("-o", option));
        }
        line.addAll(List.of(user + "@127.0.0.1", command));
        return assembly.inside(line);
    }
}
