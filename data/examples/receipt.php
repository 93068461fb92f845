#!/usr/bin/php
<?php
// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * receipt [READER]: asks whether the patient whose card lies in READER (its number) is insured.
 * receipt INSURER SYMBOL NUMBER BRANCH BIRTHDATE: the same by the numbers on the patient's paper.
 *
 * What a receipt computer made of pages does, none of which lasts as long as a visit: one opens it with a ticket and is
 * gone; another, in a process of its own, takes it, waits, reads, closes. So does this program, which starts itself for
 * each:
 *
 * receipt --open ...: the first page. In come the words above, out goes the ticket, which belongs into the session.
 * receipt --take: the second page. In comes the ticket, on standard input, since everybody can read a command line.
 *
 * With php-cli alone: PHP has no D-Bus library, and busctl connects anew for each call, while a visit that was taken
 * belongs to the connection that took it. Exit status: 0 eligible, 1 not, 2 unknown, 3 an error.
 */
declare(strict_types=1);

const NAME = 'org.shikaku.Shikaku1';
const ROOT = '/org/shikaku/Shikaku1';
const MANAGER = NAME . '.Manager';
const VISIT = NAME . '.Visit';
const SYSTEM_BUS = 'unix:path=/run/dbus/system_bus_socket';
const VISIT_SECONDS = 120; // what the daemon gives the visit
const GRACE_SECONDS = 30; // what we wait longer, since polkit may be slow: after that the daemon is gone
const TICKET_BYTES = 16;
const INSURED = ['InsurerNumber', 'Symbol', 'Number', 'Branch', 'Birthdate'];
const STAFF_MUST_LOOK = ['NoReader', 'ReaderFailed', 'ServiceStopped', 'NoReply'];
const EXIT_ERROR = 3;

class VisitFailed extends Exception
{
    public string $name;

    public function __construct(string $name, string $message, public array $details = [])
    {
        parent::__construct($message);
        $this->name = preg_replace('/^' . preg_quote(NAME) . '\.Error\./', '', $name);
    }
}

/** Values of D-Bus as bytes. A variant is given as [type, value], a dictionary a{sv} as an array of them. */
class Writer
{
    public string $bytes = '';

    public function align(int $to): void
    {
        $this->bytes .= str_repeat("\0", -strlen($this->bytes) & ($to - 1));
    }

    public function put(string $type, mixed $value): void
    {
        if ($type === 'a{sv}') {
            $this->putArray($value, ['s', 'v']);
        } elseif ($type === 'v') {
            $this->put('g', $value[0]);
            $this->put($value[0], $value[1]);
        } elseif ($type === 'y') {
            $this->bytes .= chr($value);
        } elseif ($type === 'g') {
            $this->bytes .= chr(strlen($value)) . "$value\0";
        } elseif ($type === 'u') {
            $this->align(4);
            $this->bytes .= pack('V', $value);
        } else { // s, o
            $this->put('u', strlen($value));
            $this->bytes .= "$value\0";
        }
    }

    /** Pairs; the length before them counts from the first one. */
    public function putArray(array $pairs, array $types): void
    {
        $this->put('u', 0);
        $place = strlen($this->bytes) - 4;
        $this->align(8);
        $begin = strlen($this->bytes);
        foreach ($pairs as $key => $value) {
            $this->align(8);
            $this->put($types[0], $key);
            $this->put($types[1], $value);
        }
        $this->bytes = substr_replace($this->bytes, pack('V', strlen($this->bytes) - $begin), $place, 4);
    }
}

/** The way back: everything that the bus may send, without the variants around it. */
class Reader
{
    private int $at = 0;

    public function __construct(private string $bytes, private bool $little)
    {
    }

    private function take(int $length, int $alignment = 1): string
    {
        $this->at += -$this->at & ($alignment - 1);
        $this->at += $length;
        return substr($this->bytes, $this->at - $length, $length);
    }

    private function number(int $length): int|float
    {
        $bytes = $this->take($length, $length);
        $number = 0;
        foreach (str_split($this->little ? strrev($bytes) : $bytes) as $byte) {
            $number = $number * 256 + ord($byte);
        }
        return $number;
    }

    /** The value of the first type in $types, which is cut off there. Numbers are taken for positive ones. */
    public function get(string &$types): mixed
    {
        $type = $types[0];
        $types = substr($types, 1);
        switch ($type) {
            case 'v':
                $inner = $this->text(1);
                return $this->get($inner);
            case 'g':
                return $this->text(1);
            case 's':
            case 'o':
                return $this->text(4);
            case 'a':
                return $this->getArray($types);
            case '(':
            case '{':
                return $this->getStruct($types);
            default:
                return $this->number(['y' => 1, 'n' => 2, 'q' => 2, 'x' => 8, 't' => 8, 'd' => 8][$type] ?? 4);
        }
    }

    private function text(int $length): string
    {
        return substr($this->take($this->number($length) + 1), 0, -1);
    }

    private function getStruct(string &$types): array
    {
        $this->take(0, 8);
        for ($members = []; !in_array($types[0], [')', '}'], true);) {
            $members[] = $this->get($types);
        }
        $types = substr($types, 1);
        return $members;
    }

    private function getArray(string &$types): array
    {
        $length = $this->number(4);
        $this->take(0, match ($types[0]) {
            '(', '{', 'x', 't', 'd' => 8,
            'n', 'q' => 2,
            'y', 'g', 'v' => 1,
            default => 4,
        });
        $is_dictionary = $types[0] === '{';
        $element = self::cut($types);
        for ($values = [], $end = $this->at + $length; $this->at < $end;) {
            $left = $element;
            $value = $this->get($left);
            if ($is_dictionary) {
                $values[$value[0]] = $value[1];
            } else {
                $values[] = $value;
            }
        }
        return $values;
    }

    /** Cuts the first type off. */
    private static function cut(string &$types): string
    {
        $length = $depth = 0;
        do {
            $letter = $types[$length++];
            $depth += match ($letter) {
                '(', '{' => 1,
                ')', '}' => -1,
                default => 0,
            };
        } while ($depth > 0 || $letter === 'a');
        $first = substr($types, 0, $length);
        $types = substr($types, $length);
        return $first;
    }
}

/** A connection to the system bus: calls, one after the other, and the signals that come meanwhile. */
class Bus
{
    private $stream;
    private int $serial = 0;
    private array $finished = []; // paths of visits

    public function __construct()
    {
        $address = getenv('DBUS_SYSTEM_BUS_ADDRESS') ?: SYSTEM_BUS;
        preg_match('/unix:(?:[^;]*,)?path=([^,;]*)/', $address, $found);
        $socket = 'unix://' . rawurldecode($found[1] ?? '');
        $this->stream = @stream_socket_client($socket, $code, $message, GRACE_SECONDS);
        if ($this->stream === false) {
            throw new VisitFailed('NoReply', $message);
        }
        stream_set_timeout($this->stream, GRACE_SECONDS);
        $this->write("\0AUTH EXTERNAL\r\nDATA\r\n"); // who we are, the bus sees by the socket
        for ($line = ''; !str_starts_with($line, 'OK '); $line = (string) fgets($this->stream)) {
            $has_ended = feof($this->stream) || stream_get_meta_data($this->stream)['timed_out'];
            if ($has_ended || str_starts_with($line, 'REJECTED')) {
                throw new VisitFailed('NoReply', 'the bus refuses the connection');
            }
        }
        $this->write("BEGIN\r\n");
        $this->call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'Hello');
    }

    private function write(string $bytes): void
    {
        for (; $bytes !== ''; $bytes = substr($bytes, $written)) {
            $written = @fwrite($this->stream, $bytes);
            if (!$written) {
                throw new VisitFailed('NoReply', 'the connection to the bus was lost');
            }
        }
    }

    private function read(int $length, float $deadline): string
    {
        for ($bytes = ''; strlen($bytes) < $length; $bytes .= $part) {
            stream_set_timeout($this->stream, (int) max(ceil($deadline - hrtime(true) / 1e9), 1));
            $part = fread($this->stream, $length - strlen($bytes));
            if ($part === false || $part === '') {
                throw new VisitFailed('NoReply', 'the daemon is gone');
            }
        }
        return $bytes;
    }

    /** The next message. Return: its type, its header's fields by their codes, and its arguments. */
    private function receive(float $deadline): array
    {
        $head = $this->read(16, $deadline);
        $little = $head[0] === 'l';
        [, $body, , $fields] = array_values(unpack($little ? 'Va/Vb/Vc/Vd' : 'Na/Nb/Nc/Nd', $head));
        $head .= $this->read(($fields + 7) & ~7, $deadline);
        $types = 'yyyyuua(yv)';
        for ($reader = new Reader($head, $little), $parts = []; $types !== '';) {
            $parts[] = $reader->get($types);
        }
        $header = array_column($parts[6], 1, 0);
        $types = $header[8] ?? '';
        for ($reader = new Reader($this->read($body, $deadline), $little), $arguments = []; $types !== '';) {
            $arguments[] = $reader->get($types);
        }
        if ($parts[1] === 4 && $header[2] === VISIT && $header[3] === 'Finished') {
            $this->finished[$header[1]] = true;
        }
        return [$parts[1], $header, $arguments];
    }

    /** $arguments: pairs of type and value. Return: the only result. */
    public function call(string $to, string $path, string $interface, string $member, array ...$arguments): mixed
    {
        [$message, $body] = [new Writer(), new Writer()];
        foreach ($arguments as [$type, $value]) {
            $body->put($type, $value);
        }
        $message->bytes = "l\1\0\1" . pack('VV', strlen($body->bytes), ++$this->serial);
        $message->putArray([1 => ['o', $path], 2 => ['s', $interface], 3 => ['s', $member], 6 => ['s', $to],
            8 => ['g', implode(array_column($arguments, 0))]], ['y', 'v']);
        $message->align(8);
        $this->write($message->bytes . $body->bytes);
        $deadline = hrtime(true) / 1e9 + GRACE_SECONDS;
        do {
            [$type, $header, $results] = $this->receive($deadline);
        } while (($header[5] ?? 0) !== $this->serial);
        if ($type === 3) {
            throw new VisitFailed($header[4], (string) ($results[0] ?? ''));
        }
        return $results[0] ?? null;
    }

    /** Waits for the end of the visit: the signal is the owner's alone, and comes without being subscribed to. */
    public function waitFinished(string $path): void
    {
        for ($deadline = hrtime(true) / 1e9 + VISIT_SECONDS + GRACE_SECONDS; !isset($this->finished[$path]);) {
            $this->receive($deadline);
        }
    }
}

/** The first page: begins a visit that lives on without us. Return: its ticket. */
function open_visit(array $words): string
{
    $bus = new Bus();
    $ticket = bin2hex(random_bytes(TICKET_BYTES)); // a new one for each visit
    $options = ['Ticket' => ['s', $ticket], 'Timeout' => ['u', VISIT_SECONDS]];
    if (count($words) === 5) {
        $insured = array_map(fn ($number) => ['s', $number], array_combine(INSURED, $words));
        $bus->call(NAME, ROOT, MANAGER, 'CheckNumber', ['a{sv}', $insured], ['a{sv}', $options]);
    } else {
        if ($words) {
            $options['Reader'] = ['o', ROOT . "/reader/$words[0]"];
        }
        $bus->call(NAME, ROOT, MANAGER, 'OpenVisit', ['a{sv}', $options]);
    }
    return $ticket;
}

/** The second page: the visit is ours now, whatever has become of it. Return: the answer. */
function take_visit(string $ticket): array
{
    $bus = new Bus();
    $path = $bus->call(NAME, ROOT, MANAGER, 'TakeVisit', ['s', $ticket], ['a{sv}', []]);
    try {
        $get_all = fn () => $bus->call(NAME, $path, 'org.freedesktop.DBus.Properties', 'GetAll', ['s', VISIT]);
        $visit = $get_all();
        if (!in_array($visit['State'], ['done', 'failed', 'cancelled'], true)) { // else nobody has heard Finished
            $bus->waitFinished($path);
            $visit = $get_all();
        }
        if ($visit['State'] !== 'done') {
            throw new VisitFailed($visit['Error'], $visit['ErrorMessage'], $visit['Details']);
        }
        return $bus->call(NAME, $path, VISIT, 'GetEligibility');
    } finally {
        try {
            $bus->call(NAME, $path, VISIT, 'Close'); // or it is kept, with the answer, until it expires
        } catch (VisitFailed) { // which takes no answer away
        }
    }
}

/** Whatever the center did not send is not in the array. */
function print_answer(array $eligibility): int
{
    $answer = $eligibility['Answer'];
    echo "$answer\n";
    if ($answer === 'unknown') { // not a refusal: ask again, or note the numbers of the patient's paper
        echo $eligibility['Reason'] ?? '', ': ', $eligibility['Advice'] ?? '', "\n";
    }
    foreach ($eligibility['Insurances'] ?? [] as $insurance) {
        $columns = array_map(fn ($key) => $insurance[$key] ?? '-', ['InsurerNumber', 'Name', 'BurdenRatio']);
        echo implode(' ', $columns), " %\n";
    }
    return array_search($answer, ['eligible', 'not-eligible', 'unknown'], true);
}

/** This program as one of the pages. Return: its exit status; what it has printed goes to $output. */
function run_page(array $words, string $input, ?string &$output): int
{
    $process = proc_open([PHP_BINARY, __FILE__, ...$words], [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes);
    fwrite($pipes[0], $input);
    fclose($pipes[0]);
    $output = stream_get_contents($pipes[1]);
    return proc_close($process);
}

function main(array $words): int
{
    $page = in_array($words[0] ?? '', ['--open', '--take'], true) ? array_shift($words) : '';
    if (!in_array(count($words), $page === '--take' ? [0] : [0, 1, 5], true)) {
        fwrite(STDERR, "usage: receipt [READER | INSURER SYMBOL NUMBER BRANCH BIRTHDATE]\n");
        return EXIT_ERROR;
    }
    if ($page === '--open') {
        echo open_visit($words), "\n";
        return 0;
    }
    if ($page === '--take') {
        return print_answer(take_visit(trim((string) fgets(STDIN))));
    }
    if (run_page(['--open', ...$words], '', $ticket) !== 0) {
        return EXIT_ERROR;
    }
    $status = run_page(['--take'], $ticket, $answer);
    echo $answer;
    return $status;
}

try {
    exit(main(array_slice($argv, 1)));
} catch (VisitFailed $failed) {
    fwrite(STDERR, "$failed->name: {$failed->getMessage()}\n");
    if ($failed->name === 'PinIncorrect') {
        fwrite(STDERR, "{$failed->details['TriesLeft']} tries left\n");
    } elseif (in_array($failed->name, STAFF_MUST_LOOK, true)) {
        fwrite(STDERR, "see: shikakuctl diagnose\n");
    }
    exit(EXIT_ERROR);
} catch (Throwable $error) { // PHP's own status would be 255
    fwrite(STDERR, get_class($error) . ": {$error->getMessage()}\n");
    exit(EXIT_ERROR);
}
