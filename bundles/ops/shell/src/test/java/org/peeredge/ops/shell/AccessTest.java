// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Command;
import org.junit.jupiter.api.Test;

/**
 * The distribution's access lists fit the commands: a viewer may list, and nothing else. A command
 * without a line is for the compulsory role, which must then be admin.
 */
final class AccessTest {
    private static final Path ETC =
            Path.of("../../../karaf-distribution/full/src/main/resources/etc");

    @Test
    void viewersListAndChangeNothing() throws Exception {
        assertEquals(
                "admin",
                load(ETC.resolve("custom.system.properties"))
                        .getProperty("karaf.secured.command.compulsory.roles"),
                "who may use a command without a line");
        TreeSet<String> commands = new TreeSet<>();
        TreeSet<String> forViewers = new TreeSet<>();
        TreeSet<String> lists = new TreeSet<>();
        for (Class<?> type : commandClasses()) {
            Command command = type.getAnnotation(Command.class);
            assertNotNull(command, type + " has no @Command");
            String name = command.scope() + ":" + command.name();
            commands.add(name);
            if (ListCommand.class.isAssignableFrom(type)) {
                lists.add(name);
            }
            if (read(command.scope()).getProperty(command.name(), "admin").contains("viewer")) {
                forViewers.add(name);
            }
        }
        assertEquals(28, commands.size(), commands.toString());
        lists.remove("mesh:token-list"); // what is on offer to join is the admin's business
        assertEquals(lists, forViewers);
    }

    private static Properties read(String scope) {
        return load(ETC.resolve("org.apache.karaf.command.acl." + scope + ".cfg"));
    }

    private static Properties load(Path file) {
        Properties list = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            list.load(in);
            return list;
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
    }

    private static Iterable<Class<?>> commandClasses() throws Exception {
        Path classes = Path.of("target/classes/org/peeredge/ops/shell");
        try (Stream<Path> files = Files.list(classes)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith("Command.class"))
                    .filter(n -> !n.equals("ShellCommand.class") && !n.equals("ListCommand.class"))
                    .<Class<?>>map(AccessTest::load)
                    .toList();
        }
    }

    private static Class<?> load(String file) {
        String name = file.substring(0, file.length() - ".class".length());
        try {
            return Class.forName("org.peeredge.ops.shell." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
