// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.peeredge.itests.bench.Experiment.Tries;

/**
 * The systems of a scenario take turns in one lab, each time with content that nobody has seen.
 * Nodes are warmed up by pulls that are not counted: nodes run for weeks, and of a JVM's first
 * pulls the compiler takes a good part of the cores, which here are few for many nodes. The helper
 * cannot come and go without the nodes noticing: where all of ours have it, it stays up and the
 * others take their turns beside it; where one has and one has not, the turns with the helper come
 * first and have no others among them.
 */
final class Rounds {
    /** Nodes are warm when their compilers take no more than this part of their CPU time. */
    private static final double COMPILERS = 0.05;

    private static final int MOST_WARM_UPS = 64;

    private Rounds() {}

    /**
     * What is pulled in a turn.
     *
     * @param bytes that members lack of it
     */
    record Task(Content content, double bytes) {}

    /** Makes what is pulled in a turn. */
    interface Tasks {
        Task next(Arena arena, String system) throws IOException, InterruptedException;
    }

    static List<SwarmRun> measure(Scenario scenario, Path work, Tries tries, Tasks tasks)
            throws IOException, InterruptedException {
        List<SwarmRun> runs = new ArrayList<>();
        List<String> systems = tries.systems(scenario);
        if (systems.isEmpty()) {
            System.out.println("  none of these systems; there are " + scenario.systems());
            return runs;
        }
        try (Arena arena = Arena.open(scenario, work)) {
            boolean always = !scenario.systems().contains(Arena.PLAIN);
            List<String> helped =
                    systems.stream().filter(s -> always || s.equals(Arena.HELPED)).toList();
            List<String> others = systems.stream().filter(s -> !helped.contains(s)).toList();
            if (helped.contains(Arena.HELPED)) {
                warmUp(arena, tasks, Arena.HELPED);
            }
            turns(arena, tasks, helped, tries, runs);
            if (always) {
                return runs;
            }
            arena.stopHelper();
            if (others.contains(Arena.PLAIN)) {
                warmUp(arena, tasks, Arena.PLAIN);
            }
            turns(arena, tasks, others, tries, runs);
        }
        return runs;
    }

    private static void warmUp(Arena arena, Tasks tasks, String system)
            throws IOException, InterruptedException {
        Compilers compilers = new Compilers(arena.memberPids());
        double part = 1;
        for (int i = 0; i < MOST_WARM_UPS && part > COMPILERS; i++) {
            turn(arena, tasks, system, 0);
            part = compilers.part();
            System.out.printf(
                    Locale.ROOT, "    %.0f %% of the nodes' CPU time to compilers%n", part * 100);
        }
    }

    private static void turns(
            Arena arena, Tasks tasks, List<String> systems, Tries tries, List<SwarmRun> runs)
            throws IOException, InterruptedException {
        for (int i = 1; i <= tries.runs() + tries.spare(); i++) {
            for (String system : systems) {
                long good =
                        runs.stream().filter(r -> r.system().equals(system) && r.counts()).count();
                if (good < tries.runs()) {
                    runs.add(turn(arena, tasks, system, i));
                }
            }
        }
    }

    private static SwarmRun turn(Arena arena, Tasks tasks, String system, int number)
            throws IOException, InterruptedException {
        Task task = tasks.next(arena, system);
        SwarmRun run = arena.run(system, number, task.content(), task.bytes());
        arena.forgetPulled();
        System.out.printf(
                Locale.ROOT,
                "  %-18s %-7s last %.2f s, mean %.2f s, bound %.2f s, origin copies %.3f, busy %.0f %%%s%n",
                system,
                number == 0 ? "warm-up" : "" + number,
                run.last(),
                run.mean(),
                Bounds.swarm(run.scenario().topology(), run.bytes()),
                run.originCopies(),
                run.machine().busy() * 100,
                run.counts() ? "" : "  THROWN AWAY: " + run.doubts());
        return run;
    }
}
