;; add x0, x1, #0x10
;; sub w2, w3, w4, lsl #3
;; eor x5, x6, x7, ror #9
;; ret
(func (;15;) (type 1) (param i32 i32 i32) (result i32)
    (local i32 i64 i32 i64 i64 i32 i32 i64 i32 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
    block  ;; label = @1
      block  ;; label = @2
        local.get 2
        local.get 0
        i32.sub
        local.set 3
        i32.const 0
        i64.load offset=6160
        local.set 4
        i32.const 0
        i32.load offset=6152
        local.set 8
        local.get 0
        i32.const 64
        i32.le_u
        if  ;; label = @3
          local.get 0
          local.set 11
          local.get 1
          i32.const 4
          i32.shr_u
          local.set 5
          i32.const 0
          i64.load offset=6336
          local.set 6
          i32.const 0
          i64.load offset=6344
          local.set 7
        end
        block  ;; label = @3
          block  ;; label = @4
            block  ;; label = @5
              block  ;; label = @6
                i32.const 0
                i32.const 0
                i64.load offset=8
                local.set 12
                local.get 12
                i64.const 16
                i64.add
                local.tee 13
                i64.store align=1
                i32.const 0
                i32.const 0
                i64.load offset=24
                local.set 14
                local.get 14
                i32.wrap_i64
                i32.const 0
                i64.load offset=32
                local.set 15
                local.get 15
                i32.wrap_i64
                i32.const 3
                i32.shl
                i32.sub
                i64.extend_i32_u
                local.tee 16
                i64.store offset=16 align=1
                i32.const 0
                i32.const 0
                i64.load offset=48
                local.set 17
                local.get 17
                i32.const 0
                i64.load offset=56
                local.set 18
                local.get 18
                i64.const 9
                i64.rotr
                i64.xor
                local.tee 19
                i64.store offset=40 align=1
                i32.const 0
                i64.load offset=240
                local.set 21
                local.get 21
                local.set 20
                local.get 11
                if  ;; label = @7
                  local.get 3
                  i32.const 64
                  i32.sub
                  local.set 3
                  i32.const 0
                  local.get 20
                  i64.store offset=6168
                  i32.const 0
                  local.get 3
                  i32.store offset=6148
                  i32.const 0
                  local.get 6
                  i64.store offset=6336
                  i32.const 0
                  local.get 7
                  i64.store offset=6344
                  i32.const 0
                  local.get 1
                  local.get 5
                  select
                  local.get 5
                  i32.const 4
                  i32.shl
                  i32.or
                  i32.const -1
                  i32.xor
                  i32.const 256
                  i32.sub
                  return
                end
                local.get 20
                local.set 10
                local.get 3
                i32.const 64
                i32.sub
                local.set 3
                br 0 (;@6;)
                unreachable
              end
              i32.const 0
              local.get 10
              i64.store offset=6168
              i32.const 0
              local.get 1
              local.get 3
              call 14
              br 2 (;@3;)
            end
            local.get 0
            i32.const 0
            local.get 3
            call 13
            br 1 (;@3;)
          end
          local.get 0
          i32.const 1
          local.get 3
          call 13
        end
        i32.const 0
        i32.load offset=6144
        local.set 0
        i32.const 0
        i32.load offset=6148
        local.set 2
      end
      i32.const 0
      i32.load offset=6188
      local.set 9
    end
    local.get 5
    if  ;; label = @1
      local.get 5
      local.get 6
      local.get 7
      call 10
      local.set 1
      i32.const 0
      local.set 5
    end
    i32.const 0
    local.get 0
    i32.store offset=6144
    i32.const 0
    local.get 2
    i32.store offset=6148
    i32.const 0
    local.get 1
    i32.store offset=280
    local.get 9)
