// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import org.peeredge.dts.api.codec.GroupSource;
import org.peeredge.dts.coding.Memory;

/** An object of some groups in memory off the heap; all groups are the same random bytes. */
final class Content {
    private final GroupSource[] groups;
    private final int groupBytes;
    private int next;

    Content(int groups, int groupBytes) {
        this.groupBytes = groupBytes;
        this.groups = new GroupSource[groups];
        MemorySegment all = Memory.allocate((long) groups * groupBytes);
        MemorySegment first = all.asSlice(0, groupBytes);
        fill(first);
        for (int i = 0; i < groups; i++) {
            MemorySegment group = all.asSlice((long) i * groupBytes, groupBytes);
            group.copyFrom(first);
            this.groups[i] = new Group(group);
        }
    }

    /** Random bytes, always the same. */
    static void fill(MemorySegment memory) {
        SplittableRandom random = new SplittableRandom(1);
        for (long i = 0; i < memory.byteSize(); i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
    }

    int groupBytes() {
        return groupBytes;
    }

    /** The next group; the first one after the last one. */
    GroupSource next() {
        GroupSource group = groups[next];
        next = next + 1 == groups.length ? 0 : next + 1;
        return group;
    }

    /** The bytes of each group. */
    ByteBuffer bytes() {
        return groups[0].memory().orElseThrow().asByteBuffer();
    }

    private static final class Group implements GroupSource {
        private final Optional<MemorySegment> memory;
        private final int bytes;

        Group(MemorySegment memory) {
            this.memory = Optional.of(memory);
            bytes = (int) memory.byteSize();
        }

        @Override
        public int sizeBytes() {
            return bytes;
        }

        @Override
        public void read(int offset, ByteBuffer into) {
            ByteBuffer all = memory.orElseThrow().asByteBuffer();
            into.put(all.slice(offset, into.remaining()));
        }

        @Override
        public Optional<MemorySegment> memory() {
            return memory;
        }
    }
}
