// Sends a file of NDJSON records to opcentre: in batches, packed, again on 429 and 503. Java 17 or newer, nothing else.
//
//   OPCENTRE_URL=https://opcentre.example OPCENTRE_TOKEN=oct_... java Send.java records.ndjson
//   OPCENTRE_QUERY='dry_run=true'   further parameters: dry_run=true, backfill=true, source=NAME
//   OPCENTRE_BATCH=1000             lines a request
//
// Exit code: 0 every line was accepted, 1 lines were refused or the server could not be reached, 2 usage.

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

public class Send {
    static final int TRIES_MAX = 8;
    static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    static final URI ADDRESS = URI.create(env("OPCENTRE_URL", "http://127.0.0.1:8080") + "/api/v1/events?" + env("OPCENTRE_QUERY", ""));
    static final String TOKEN = env("OPCENTRE_TOKEN", "");
    static final int BATCH = Integer.parseInt(env("OPCENTRE_BATCH", "1000"));
    static String env(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null ? otherwise : value;
    }

    static byte[] packed(List<String> lines) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** Sends a batch until it is answered; repeats are harmless. The number of refused lines. */
    static long send(List<String> lines, long first) throws Exception {
        HttpRequest.Builder builder = HttpRequest.newBuilder(ADDRESS).timeout(Duration.ofSeconds(120))
            .header("Content-Type", "application/x-ndjson").header("Content-Encoding", "gzip")
            .POST(HttpRequest.BodyPublishers.ofByteArray(packed(lines)));
        if (!TOKEN.isEmpty()) builder.header("Authorization", "Bearer " + TOKEN);
        HttpRequest request = builder.build();
        for (int attempt = 1; attempt <= TRIES_MAX; attempt++) {
            int status = 0;
            String answer = "";
            long seconds = attempt;
            try {
                HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
                status = response.statusCode();
                answer = response.body();
                seconds = response.headers().firstValueAsLong("Retry-After").orElse(attempt);
            } catch (IOException nobodyAnswered) {
                answer = nobodyAnswered.toString();
            }
            // 422: no line was accepted; the answer says why of each, like that of a batch taken in part.
            if (status == 200 || status == 202 || status == 422) {
                Map<?, ?> verdict = (Map<?, ?>) new Json(answer).value();
                for (Object one : (List<?>) verdict.get("rejections")) {
                    Map<?, ?> refused = (Map<?, ?>) one;
                    long line = first - 1 + number(refused.get("line"));
                    System.out.println("line " + line + ": " + refused.get("code") + " " + refused.get("pointer") + ": " + refused.get("reason"));
                }
                long rejected = number(verdict.get("rejected"));
                System.out.println(verdict.get("received") + " received, " + verdict.get("accepted") + " accepted, " + rejected + " rejected");
                return rejected;
            }
            if (status != 0 && status != 429 && status != 503) {
                System.err.println("batch from line " + first + ": HTTP " + status + ": " + answer);
                System.exit(1);
            }
            if (attempt < TRIES_MAX) {
                System.err.println("batch from line " + first + ": HTTP " + status + ", again in " + seconds + " s");
                Thread.sleep(seconds * 1000);
            }
        }
        System.err.println("batch from line " + first + ": given up after " + TRIES_MAX + " tries");
        System.exit(1);
        return 0;
    }

    static long number(Object text) {
        return Long.parseLong((String) text);
    }

    /** Reads JSON; numbers, true, false and null as their own text. A program with a JSON library uses that instead. */
    static class Json {
        final String text;
        int at = 0;

        Json(String text) {
            this.text = text;
        }

        char next() {
            while (Character.isWhitespace(text.charAt(at))) at++;
            return text.charAt(at);
        }

        Object value() {
            char first = next();
            if (first == '"') return string();
            int begin = at;
            if (first == '{' || first == '[') return nested(first == '{');
            while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) at++;
            return text.substring(begin, at);
        }

        Object nested(boolean isObject) {
            Map<String, Object> members = new HashMap<>();
            List<Object> items = new ArrayList<>();
            at++;
            while (next() != (isObject ? '}' : ']')) {
                if (text.charAt(at) == ',') {
                    at++;
                } else if (isObject) {
                    next();
                    String name = string();
                    next();
                    at++; // the colon
                    members.put(name, value());
                } else {
                    items.add(value());
                }
            }
            at++;
            return isObject ? members : items;
        }

        String string() {
            StringBuilder read = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                char one = text.charAt(at);
                if (one == '\\') {
                    one = text.charAt(++at);
                    if (one == 'u') {
                        one = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
                        at += 4;
                    } else if ("bfnrt".indexOf(one) >= 0) {
                        one = "\b\f\n\r\t".charAt("bfnrt".indexOf(one));
                    }
                }
                read.append(one);
            }
            at++;
            return read.toString();
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 1) {
            System.err.println("usage: java Send.java records.ndjson");
            System.exit(2);
        }
        long refused = 0;
        long first = 1;
        List<String> batch = new ArrayList<>();
        try (var lines = Files.newBufferedReader(Path.of(arguments[0]), StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                batch.add(line);
                if (batch.size() == BATCH) {
                    refused += send(batch, first);
                    first += batch.size();
                    batch.clear();
                }
            }
        }
        if (!batch.isEmpty()) refused += send(batch, first);
        System.exit(refused == 0 ? 0 : 1);
    }
}
