// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What the links of a lab carried while a {@link LinkWatch} looked, in bytes of Ethernet frames.
 */
public final class Traffic {
    /** Frame to TCP payload in full frames, with time stamps, at an MTU of 1500. */
    public static final double WIRE = 1514.0 / 1448;

    private final Map<String, NavigableMap<Double, long[]>> samples = new HashMap<>();

    private Traffic() {}

    /** Reads what {@code netlab watch} wrote. */
    static Traffic parse(List<String> lines) {
        Traffic traffic = new Traffic();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split(",", -1);
            traffic.samples
                    .computeIfAbsent(words[2], name -> new TreeMap<>())
                    .put(
                            Double.parseDouble(words[0]),
                            new long[] {Long.parseLong(words[3]), Long.parseLong(words[4])});
        }
        return traffic;
    }

    /** Bytes away from a host or LAN. */
    public long up(String name) {
        return sum(name, 0);
    }

    /** Bytes towards a host or LAN. */
    public long down(String name) {
        return sum(name, 1);
    }

    private long sum(String name, int way) {
        NavigableMap<Double, long[]> of = of(name);
        return of.lastEntry().getValue()[way] - of.firstEntry().getValue()[way];
    }

    private NavigableMap<Double, long[]> of(String name) {
        NavigableMap<Double, long[]> of = samples.get(name);
        if (of == null) {
            throw new IllegalArgumentException("no link of " + name + " was watched");
        }
        return of;
    }

    /**
     * The greatest rate of all these links together, both ways, over any {@code windowSeconds};
     * bit/s.
     */
    public double peakBits(Collection<String> names, double windowSeconds) {
        List<double[]> both = new ArrayList<>(); // time, bytes so far
        for (double time : of(names.iterator().next()).keySet()) {
            double bytes = 0;
            for (String name : names) {
                long[] seen = of(name).floorEntry(time).getValue();
                bytes += seen[0] + seen[1];
            }
            both.add(new double[] {time, bytes});
        }
        double peak = 0;
        int from = 0;
        for (double[] now : both) {
            while (now[0] - both.get(from)[0] > windowSeconds + 1e-3) {
                from++;
            }
            double seconds = now[0] - both.get(from)[0];
            if (seconds > windowSeconds * 0.9) {
                peak = Math.max(peak, (now[1] - both.get(from)[1]) * 8 / seconds);
            }
        }
        return peak;
    }

    /**
     * The longest time within these seconds in which a host received less than {@code
     * bytesPerSecond}; 0 where there is none.
     */
    public double longestPause(
            String host, double fromSeconds, double toSeconds, double bytesPerSecond) {
        if (fromSeconds >= toSeconds) {
            return 0;
        }
        double longest = 0;
        double begun = fromSeconds;
        for (double busy : busy(host, bytesPerSecond)) {
            if (busy > fromSeconds && busy <= toSeconds) {
                longest = Math.max(longest, busy - step(host, busy) - begun);
                begun = busy;
            }
        }
        return Math.max(longest, toSeconds - begun);
    }

    /** When a host received at least {@code bytesPerSecond} for the last time; 0 for never. */
    public double lastReceived(String host, double bytesPerSecond) {
        List<Double> busy = busy(host, bytesPerSecond);
        return busy.isEmpty() ? 0 : busy.getLast();
    }

    /** Samples up to which, from the one before, a host received at least so much. */
    private List<Double> busy(String host, double bytesPerSecond) {
        List<Double> busy = new ArrayList<>();
        Map.Entry<Double, long[]> before = null;
        for (Map.Entry<Double, long[]> now : of(host).entrySet()) {
            if (before != null) {
                double seconds = now.getKey() - before.getKey();
                if (now.getValue()[1] - before.getValue()[1] >= bytesPerSecond * seconds) {
                    busy.add(now.getKey());
                }
            }
            before = now;
        }
        return busy;
    }

    /** Seconds from the sample before one. */
    private double step(String host, double sample) {
        return sample - of(host).lowerKey(sample);
    }
}
